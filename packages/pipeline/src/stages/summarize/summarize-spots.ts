import type { SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RowForm } from "../../contracts/problem.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SpotStatistics } from "../../contracts/summary.js";
import type { SessionRequest } from "../../contracts/tasks.js";
import { allocator, statArray } from "../../runtime/allocator.js";
import { checksumOf } from "../../runtime/checksum-of.js";
import { runPass } from "../../runtime/run-pass.js";
import { rowFileSource } from "../../runtime/scratch/row-file.js";

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
  const { executor, arena, checkpoint } = run;
  const { spotCount } = spatial.counts;
  const { precision } = form;
  const librarySizes = statArray(precision, spotCount, allocator(executor));
  const file = await run.scratch?.scratch.create("statistics");
  const statistics = file ?? statArray(precision, spotCount * statWidth, allocator({ ...executor, arena }));
  const target = file ? { path: file.path } : statistics;
  const { location } = spatial;
  const rowBytes = statWidth * librarySizes.BYTES_PER_ELEMENT;
  const placeOf = ({ start, end }: SpotRange) => [start * rowBytes, (end - start) * rowBytes] as const;
  const settings = {
    task: "summarize" as const,
    stage: "statistics" as const,
    spotCount,
    isFar: location?.access !== undefined,
    inputFor: (range: SpotRange) => ({
      location,
      range,
      columns,
      form,
      session,
      statistics: target as StatArray | { path: string },
      librarySizes,
    }),
    // Rows on scratch lie there to stay; their checksum tells whether they did.
    async pack(_: unknown, range: SpotRange): Promise<Piece> {
      const sizes = { librarySizes: librarySizes.subarray(range.start, range.end) };
      if (file && checkpoint) {
        return { facts: await checksumOf(checkpoint, file, ...placeOf(range)), arrays: sizes };
      }
      const rows = (statistics as StatArray).subarray(range.start * statWidth, range.end * statWidth);
      return { facts: null, arrays: { ...sizes, statistics: rows } };
    },
    async unpack({ facts, arrays }: Piece, range: SpotRange) {
      const isOnScratch = arrays.statistics === undefined;
      if (isOnScratch !== (file !== undefined)) return undefined;
      if (file && checkpoint) {
        // The file may be another one, or end before these rows.
        const found = await checksumOf(checkpoint, file, ...placeOf(range)).catch(() => undefined);
        if (found !== facts) return undefined;
      } else (statistics as StatArray).set(arrays.statistics, range.start * statWidth);
      librarySizes.set(arrays.librarySizes, range.start);
      return { part: undefined };
    },
  };
  await runPass(settings, run);
  const source = file && rowFileSource(file, { spotCount, width: statWidth, precision });
  return { statistics: source ?? (statistics as StatArray), librarySizes };
}
