import type { Executor, SpotRange } from "@flashdeconv/core";
import type { SharedArena } from "@flashdeconv/kernels";
import type { StatArray } from "@flashdeconv/solver";
import { checksumOf, type Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { DeconvolveCallbacks } from "../../methods/resolve-options.js";
import { allocator, statArray } from "../../runtime/allocator.js";
import type { NoticeList } from "../../runtime/notice-list.js";
import { runPass } from "../../runtime/run-pass.js";
import { rowFileSource } from "../../runtime/scratch/row-file.js";
import type { PipelineTasks, SessionRequest } from "../pipeline-tasks.js";
import type { RowForm } from "./solver-rows.js";
import type { SpotStatistics } from "./spot-statistics.js";

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
  /** Where the statistics are to lie, for kernels to work on. */
  readonly arena?: SharedArena;
}

/** The second pass over the section: reduces every spot to the few numbers the solver keeps of it. */
export async function summarizeSpots(
  executor: Executor<PipelineTasks>,
  spatial: SpatialInput,
  { columns, form, session, statWidth, arena }: SummaryRequest,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<SpotSummary> {
  const { spotCount } = spatial.counts;
  const { precision } = form;
  const librarySizes = statArray(precision, spotCount, allocator(executor));
  const file = await callbacks.scratch?.scratch.create("statistics");
  const statistics = file ?? statArray(precision, spotCount * statWidth, allocator({ ...executor, arena }));
  const target = file ? { path: file.path } : statistics;
  const { location } = spatial;
  const { checkpoint } = callbacks;
  const rowBytes = statWidth * librarySizes.BYTES_PER_ELEMENT;
  const placeOf = ({ start, end }: SpotRange) => [start * rowBytes, (end - start) * rowBytes] as const;
  const settings = {
    executor,
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
  await runPass(settings, callbacks, notices);
  const source = file && rowFileSource(file, { spotCount, width: statWidth, precision });
  return { statistics: source ?? (statistics as StatArray), librarySizes };
}
