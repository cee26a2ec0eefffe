import { Worker } from "node:worker_threads";
import { SolverError, WorkerError } from "@flashdeconv/core";
import { leaveRunFolder } from "@flashdeconv/pipeline/run-folder";
import { cleanUpAfterThread } from "@flashdeconv/stores/node/internal";
import type { Environment } from "../environment.js";
import { SOLVER_NAMES } from "../options/load-solver.js";
import { type HeldPlace, readClock, type ThreadData } from "./call-clock.js";

type FromThread =
  | { readonly kind: "write"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly kind: "limit"; readonly milliseconds: number }
  | { readonly kind: "place"; readonly place: HeldPlace }
  | { readonly kind: "done"; readonly code: number };

/** How often the clock is looked at, and how long a solver may continue a call once it was told to stop, in milliseconds. */
const LOOK_EVERY = 50;
const PATIENCE = 300;

/** The solver of others that a command line names, if it names one. */
export function pluginIn(args: readonly string[]): string | undefined {
  const given = args.flatMap((arg, i) => {
    if (arg === "--solver") return args[i + 1] ?? [];
    return arg.startsWith("--solver=") ? arg.slice("--solver=".length) : [];
  });
  const name = given.at(-1);
  return name === undefined || SOLVER_NAMES.includes(name) ? undefined : name;
}

/**
 * Runs a command in a thread of its own, since a solver of others may loop, exit or throw wherever it is asked. This thread stays free to
 * hear signals and to end it.
 *
 * @returns the command's exit code
 * @throws SolverError where the solver ended the thread or did not come back in time; the signal's reason where that was asked
 */
export function runInThread(
  args: readonly string[],
  solver: string,
  { stdout, stderr, signal }: Environment,
): Promise<number> {
  const clock = new SharedArrayBuffer(8);
  const data: ThreadData = { args, clock, isTTY: stderr.isTTY === true };
  const worker = new Worker(new URL("./plugin-thread.js", import.meta.url), { workerData: data });
  let limit = Number.POSITIVE_INFINITY;
  let stopAt = Number.POSITIVE_INFINITY;
  const held: HeldPlace[] = [];
  return new Promise<number>((resolve, reject) => {
    let isEnding = false;
    const end = (error: unknown) => {
      // What went wrong first is what is told.
      if (isEnding) return;
      isEnding = true;
      clearInterval(looking);
      worker
        .terminate()
        .then(() => cleanUp(held))
        .then(() => reject(error), reject);
    };
    const looking = setInterval(() => {
      const now = readClock(clock);
      if (now && Date.now() >= stopAt) end(signal.reason);
      else if (now && now.milliseconds > limit) {
        const found = `a call of ${now.call} that had not come back after ${limit / 1000} s`;
        end(fault(solver, found, `one within --solver-timeout ${limit / 1000}`));
      }
    }, LOOK_EVERY);
    const stop = () => {
      stopAt = Date.now() + PATIENCE;
      worker.postMessage("stop");
    };
    signal.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: FromThread) => {
      if (message.kind === "write") (message.stream === "stdout" ? stdout : stderr).write(message.text);
      else if (message.kind === "limit") limit = message.milliseconds;
      else if (message.kind === "place") held.push(message.place);
      else {
        isEnding = true;
        clearInterval(looking);
        signal.removeEventListener("abort", stop);
        worker.terminate().then(() => resolve(message.code), reject);
      }
    });
    worker.on("error", (error: Error & { code?: string }) => {
      end(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? outOfMemory(error) : escaped(solver, error));
    });
    worker.on("exit", (code) =>
      end(fault(solver, `a call of process.exit(${code})`, "a solver that returns")),
    );
  });
}

/** Does for a thread that was ended what it can no longer do itself. What cannot be removed is for the next run. */
async function cleanUp(held: readonly HeldPlace[]): Promise<void> {
  for (const { kind, path, reach } of held) {
    if (kind === "run folder") await leaveRunFolder(path, reach).catch(() => undefined);
    else await cleanUpAfterThread(path, kind === "edited store").catch(() => undefined);
  }
}

function escaped(solver: string, error: Error): SolverError {
  return fault(
    solver,
    `${error.name}: ${error.message}, thrown outside of any call`,
    "a solver that returns",
  );
}

function fault(solver: string, found: string, expected: string): SolverError {
  const remedy = "It is a plugin, which runs as its author wrote it: ask there. No result was written.";
  return new SolverError({ solver, found, expected, remedy });
}

function outOfMemory(cause: Error): WorkerError {
  return new WorkerError({
    subject: "worker",
    found: `a worker that failed (${cause.message})`,
    expected: "a worker that finishes its task",
    remedy: "It may have run out of memory. No result was written.",
    cause,
  });
}
