import type { Environment, OutputStream } from "./environment.js";
import { EXIT_CODES } from "./exit-codes.js";

export interface ProcessEnvironment extends Environment {
  /** Takes the handlers off the process again. */
  dispose(): void;
}

/**
 * The real process. The first SIGINT or SIGTERM asks the run to stop and clean up, the second ends it at once. Output that
 * nobody reads any more (`flashdeconv inspect a.zarr | head -1`) is dropped: the work is still worth finishing.
 */
export function processEnvironment(): ProcessEnvironment {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    controller.abort(new Error("interrupted"));
  };
  const streams: OutputStream[] = [process.stdout, process.stderr];
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupt);
  for (const stream of streams) stream.on("error", ignoreClosedPipe);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    variables: process.env,
    signal: controller.signal,
    dispose() {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
      // The handlers of the streams stay: the last words may still be on their way.
    },
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
