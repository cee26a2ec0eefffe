import type { SpotRange } from "@flashdeconv/core";
import {
  averageStatistics,
  type CoarseAnswer,
  type FineRows,
  type LevelGraph,
  prolong,
} from "./coarse-level.js";
import type { StatArray } from "./solver.js";

/**
 * What is done to the rows of a level beside sweeps. Each row comes of what the work is given alone, so that ranges may be done in any order
 * and by any thread. Its arrays lie where all threads see them.
 */
export type LevelWork = ClearWork | AverageWork | ProlongWork;

/** Sets rows to 0. */
export interface ClearWork {
  readonly kind: "clear";
  readonly out: StatArray;
  readonly width: number;
}

/** Averages the statistics of places into those of their coarse rows. Ranges begin and end with whole coarse rows. */
export interface AverageWork {
  readonly kind: "average";
  readonly fine: Omit<FineRows, "start" | "end" | "firstRow">;
  readonly coarseSizes: Float64Array;
  readonly width: number;
  readonly out: StatArray;
}

/** Starts rows from the answer of the next coarser level. */
export interface ProlongWork {
  readonly kind: "prolong";
  readonly fine: Pick<LevelGraph, "graph" | "weights">;
  readonly coarse: CoarseAnswer;
  readonly out: StatArray;
}

export function workOnLevel(work: LevelWork, range: SpotRange): void {
  const { start, end } = range;
  switch (work.kind) {
    case "clear":
      work.out.fill(0, start * work.width, end * work.width);
      return;
    case "average":
      // Without an order places are rows.
      averageStatistics(
        { ...work.fine, start, end, firstRow: start },
        work.coarseSizes,
        work.width,
        work.out,
      );
      return;
    case "prolong": {
      const { typeCount } = work.coarse;
      prolong(work.fine, work.coarse, work.out.subarray(start * typeCount, end * typeCount), range);
    }
  }
}
