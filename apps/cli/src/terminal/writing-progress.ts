import type { Progress } from "@flashdeconv/core";
import type { Terminal } from "./terminal.js";

/** Tells how far a writer is in spots (or cells): it counts the rows of all its tables together. */
export function writingProgress(
  { progress }: Pick<Terminal, "progress">,
  stage: string,
  { count, unit }: { readonly count: number; readonly unit: string },
): (written: Progress) => void {
  return ({ spotsDone, spotCount }) =>
    progress.update({ stage, done: Math.floor((spotsDone / spotCount) * count), total: count, unit });
}
