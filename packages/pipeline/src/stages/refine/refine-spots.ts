import type { SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import { type Refinement, refinedWidth } from "@flashdeconv/solver-poisson/internal";
import type { Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SpotStatistics } from "../../contracts/summary.js";
import type { SummaryPart } from "../../contracts/tasks.js";
import { runPass } from "../../runtime/run-pass.js";
import type { KeptRanges } from "../summarize/kept-ranges.js";
import { statisticsRows } from "../summarize/statistics-rows.js";
import type { StartRows } from "./start-rows.js";

export interface SpotsToRefine {
  readonly refinement: Refinement;
  /** Columns of the genes in use. */
  readonly columns: Int32Array;
  readonly kept: KeptRanges;
  readonly precision: "float64" | "float32";
  /** Left out where others have refined all spots. */
  readonly start: StartRows | undefined;
  /** Rows to be overwritten; left out on scratch. */
  readonly into: StatArray | undefined;
}

/**
 * The third pass over the section: each spot's K + 1 numbers once more, around its answer to the first solve; or its set of at most so many
 * types, as rows of `setRowWidth`.
 */
export async function refineSpots(
  spatial: SpatialInput,
  { refinement, columns, kept, precision, start, into }: SpotsToRefine,
  run: RunContext,
): Promise<SpotStatistics> {
  const { location, counts } = spatial;
  const { spotCount } = counts;
  const { typeCount, mostTypes } = refinement;
  const request = {
    name: mostTypes === undefined ? "refined-statistics" : "type-sets",
    spotCount,
    width: refinedWidth(refinement),
    precision,
  };
  const rows = await statisticsRows({ ...request, ...(into && { into }) }, run);
  const startFor = ({ start: first, end }: SpotRange) => {
    if (!start) throw new TypeError("the rows to refine from have been left out");
    if ("path" in start) return start;
    if (run.executor.sharesMemory) return { rows: start.rows, first: 0 };
    // A message copies what it is given.
    return { rows: start.rows.subarray(first * typeCount, end * typeCount), first };
  };
  const settings = {
    task: "refine" as const,
    mark: "refine" as const,
    stage: "refine" as const,
    spotCount,
    isFar: location?.access !== undefined,
    inputFor: (range: SpotRange) => ({
      location,
      range,
      columns,
      refinement,
      precision,
      start: startFor(range),
      kernels: run.kernels,
      kept: kept.of(range),
      statistics: rows.target,
    }),
    onPart({ statistics }: Pick<SummaryPart, "statistics">, range: SpotRange) {
      if (statistics) rows.place(statistics, range);
    },
    pack: ({ statistics }: Pick<SummaryPart, "statistics">, range: SpotRange) => rows.pack(statistics, range),
    unpack: async (piece: Piece, range: SpotRange) =>
      (await rows.unpack(piece, range)) ? { part: {} } : undefined,
  };
  await runPass(settings, run);
  return rows.statistics;
}
