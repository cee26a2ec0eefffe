import { parentPort, workerData } from "node:worker_threads";
import type { Environment, OutputStream } from "../environment.js";
import { main } from "../main.js";
import type { ThreadData } from "./call-clock.js";

// A command with a solver of others, in a thread of its own: the calling thread hears signals and looks after the time.

const { args, isTTY } = workerData as ThreadData;
const controller = new AbortController();
parentPort?.on("message", () => controller.abort(new Error("interrupted")));

const streamTo = (stream: "stdout" | "stderr") =>
  ({
    isTTY: stream === "stderr" && isTTY,
    write: (text: string) => {
      parentPort?.postMessage({ kind: "write", stream, text });
      return true;
    },
  }) as unknown as OutputStream;

const environment: Environment = {
  stdout: streamTo("stdout"),
  stderr: streamTo("stderr"),
  variables: process.env,
  signal: controller.signal,
  ownsProcess: true,
};
parentPort?.postMessage({ kind: "done", code: await main(args, environment) });
parentPort?.close();
