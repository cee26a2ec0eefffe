import type { Environment, OutputStream } from "./environment.js";
import { EXIT_CODES } from "./exit-codes.js";

export interface ProcessEnvironment extends Environment {
  /** Takes the handlers off the process again. */
  dispose(): void;
}

/** SIGHUP comes when the terminal or the connection to it is closed. */
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The real process. The first SIGINT, SIGTERM or SIGHUP asks the run to stop and clean up, the second SIGINT or SIGTERM ends it at once. Output that
 * nobody reads any more (`flashdeconv inspect a.zarr | head -1`) is dropped: the work is still worth finishing.
 */
export function processEnvironment(): ProcessEnvironment {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    // A shell that ends passes on a SIGHUP that has come already.
    if (controller.signal.aborted && signal !== "SIGHUP") process.exit(EXIT_CODES.interrupted);
    controller.abort(new Error("interrupted"));
  };
  const streams: OutputStream[] = [process.stdout, process.stderr];
  for (const signal of STOPPING) process.on(signal, interrupt);
  for (const stream of streams) stream.on("error", ignoreClosedPipe);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    variables: process.env,
    signal: controller.signal,
    ownsProcess: true,
    dispose() {
      for (const signal of STOPPING) process.off(signal, interrupt);
      // The handlers of the streams stay: the last words may still be on their way.
    },
  };
}

/** EIO: a terminal that was closed. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}
