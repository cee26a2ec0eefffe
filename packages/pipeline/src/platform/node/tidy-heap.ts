import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Collects this thread's garbage, and keeps the room for young objects small: by itself V8 waits until 64 MiB of arrays have gathered, and
 * sets aside up to 128 MiB for objects that a run has hardly any of. Takes some milliseconds; for the end of a stage.
 */
export function tidyHeap(): void {
  // Of the whole process; a new thread sets it back to 2.
  setFlagsFromString("-semi-space-growth-factor=1");
  collect ??= collector();
  collect();
}

function collector(): () => void {
  setFlagsFromString("-expose-gc");
  return runInNewContext("gc") as () => void;
}
