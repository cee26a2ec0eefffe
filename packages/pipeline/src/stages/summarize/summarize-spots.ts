import type { SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RowForm } from "../../contracts/problem.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SpotStatistics } from "../../contracts/summary.js";
import type { SessionRequest, SummaryPart } from "../../contracts/tasks.js";
import { allocator, reachOf, statArray } from "../../runtime/allocator.js";
import { runPass } from "../../runtime/run-pass.js";
import { statisticsRows } from "./statistics-rows.js";

export interface SpotSummary {
  /** N x statWidth. */
  readonly statistics: SpotStatistics;
  /** N counts over the selected genes. */
  readonly librarySizes: StatArray;
}

export interface SummaryRequest {
  /** Columns of the selected genes in the spatial data. */
  readonly columns: Int32Array;
  readonly form: RowForm;
  readonly session: SessionRequest;
  readonly statWidth: number;
}

/** The second pass over the section: reduces every spot to the few numbers the solver keeps of it. */
export async function summarizeSpots(
  spatial: SpatialInput,
  { columns, form, session, statWidth }: SummaryRequest,
  run: RunContext,
): Promise<SpotSummary> {
  const { spotCount } = spatial.counts;
  const { precision } = form;
  const { sharesMemory } = run.executor;
  const librarySizes = statArray(precision, spotCount, allocator(reachOf(run, "no kernel")));
  const rows = await statisticsRows({ name: "statistics", spotCount, width: statWidth, precision }, run);
  // Where memory is shared the threads write what they find where it belongs; else it comes back as parts.
  const targets = {
    statistics: rows.target,
    librarySizes: sharesMemory ? librarySizes : undefined,
  };
  const { location } = spatial;
  const settings = {
    task: "summarize" as const,
    stage: "statistics" as const,
    spotCount,
    isFar: location?.access !== undefined,
    inputFor: (range: SpotRange) => ({ location, range, columns, form, session, ...targets }),
    onPart(part: SummaryPart, range: SpotRange) {
      if (part.statistics) rows.place(part.statistics, range);
      if (part.librarySizes) librarySizes.set(part.librarySizes, range.start);
    },
    async pack(part: SummaryPart, range: SpotRange): Promise<Piece> {
      const sizes = part.librarySizes ?? librarySizes.subarray(range.start, range.end);
      const { facts, arrays } = await rows.pack(part.statistics, range);
      return { facts, arrays: { ...arrays, librarySizes: sizes } };
    },
    async unpack(piece: Piece, range: SpotRange) {
      if (!(await rows.unpack(piece, range))) return undefined;
      librarySizes.set(piece.arrays.librarySizes, range.start);
      return { part: {} };
    },
  };
  await runPass(settings, run);
  return { statistics: rows.statistics, librarySizes };
}
