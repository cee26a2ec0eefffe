import type { SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RowForm } from "../../contracts/problem.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SpotStatistics } from "../../contracts/summary.js";
import type { SessionRequest, SummaryPart } from "../../contracts/tasks.js";
import { allocator, reachOf, statArray } from "../../runtime/allocator.js";
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
  const { executor, checkpoint } = run;
  const { spotCount } = spatial.counts;
  const { precision } = form;
  const { sharesMemory } = executor;
  const librarySizes = statArray(precision, spotCount, allocator(reachOf(run, "no kernel")));
  const file = await run.scratch?.scratch.create("statistics");
  const statistics = file ?? statArray(precision, spotCount * statWidth, allocator(reachOf(run)));
  // Where memory is shared the threads write what they find where it belongs; else it comes back as parts.
  const inMemory = sharesMemory ? (statistics as StatArray) : undefined;
  const targets = {
    statistics: file ? { path: file.path } : inMemory,
    librarySizes: sharesMemory ? librarySizes : undefined,
  };
  const place = (part: SummaryPart, { start }: SpotRange) => {
    if (part.statistics) (statistics as StatArray).set(part.statistics, start * statWidth);
    if (part.librarySizes) librarySizes.set(part.librarySizes, start);
  };
  const { location } = spatial;
  const rowBytes = statWidth * librarySizes.BYTES_PER_ELEMENT;
  const placeOf = ({ start, end }: SpotRange) => [start * rowBytes, (end - start) * rowBytes] as const;
  const settings = {
    task: "summarize" as const,
    stage: "statistics" as const,
    spotCount,
    isFar: location?.access !== undefined,
    inputFor: (range: SpotRange) => ({ location, range, columns, form, session, ...targets }),
    onPart: place,
    // Rows on scratch lie there to stay; their checksum tells whether they did.
    async pack(part: SummaryPart, range: SpotRange): Promise<Piece> {
      const { start, end } = range;
      const sizes = { librarySizes: part.librarySizes ?? librarySizes.subarray(start, end) };
      if (file && checkpoint) {
        return { facts: await checksumOf(checkpoint, file, ...placeOf(range)), arrays: sizes };
      }
      const rows = part.statistics ?? (statistics as StatArray).subarray(start * statWidth, end * statWidth);
      return { facts: null, arrays: { ...sizes, statistics: rows } };
    },
    async unpack({ facts, arrays }: Piece, range: SpotRange) {
      const isOnScratch = arrays.statistics === undefined;
      if (isOnScratch !== (file !== undefined)) return undefined;
      if (file && checkpoint) {
        // The file may be another one, or end before these rows.
        const found = await checksumOf(checkpoint, file, ...placeOf(range)).catch(() => undefined);
        if (found !== facts) return undefined;
      }
      // At once: all kept parts together would be another copy of the summary.
      place(arrays as unknown as SummaryPart, range);
      return { part: {} };
    },
  };
  await runPass(settings, run);
  const source = file && rowFileSource(file, { spotCount, width: statWidth, precision });
  return { statistics: source ?? (statistics as StatArray), librarySizes };
}
