/**
 * Places that a run comes to, in this order: before each pass over the section, before the solve, once all is solved, and with its result.
 * A run of several sections comes to the place before them, where all that they share is known, and to its result.
 */
export const RUN_MARKS = ["survey", "summarize", "refine", "solve", "answer", "sections", "result"] as const;

export type RunMark = (typeof RUN_MARKS)[number];
