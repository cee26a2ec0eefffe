import type { Notice } from "@flashdeconv/core";

/** About the course of a run and not about what came of it: one that goes on after it was stopped is told others. */
const OF_THE_COURSE: ReadonlySet<string> = new Set([
  "another-result",
  "nothing-to-resume",
  "no-run-dir",
  "run-dir-left",
  // Told by whoever reads the names, such as export.
  "repeated-names",
]);

/** The notices that are kept with a result. */
export function noticesToKeep(notices: readonly Notice[]): readonly Notice[] {
  return notices.filter(({ code }) => !OF_THE_COURSE.has(code));
}
