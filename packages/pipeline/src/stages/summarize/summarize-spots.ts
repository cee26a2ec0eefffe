import type { SpotRange } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RowForm } from "../../contracts/problem.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SpotStatistics } from "../../contracts/summary.js";
import type { Census, SessionRequest, SummaryPart } from "../../contracts/tasks.js";
import { allocator, reachOf, statArray } from "../../runtime/allocator.js";
import { runPass } from "../../runtime/run-pass.js";
import type { CheckFacts } from "../keep/pack-check.js";
import { emptyCensus, mergeCensus, packCensus, unpackCensus } from "./census.js";
import { type KeptRanges, keptRanges } from "./kept-ranges.js";
import { statisticsRows } from "./statistics-rows.js";

export interface SpotSummary {
  /** N x statWidth. */
  readonly statistics: SpotStatistics;
  /** N counts over the selected genes. */
  readonly librarySizes: StatArray;
  /** N sums of loadings, where these were given. */
  readonly sums?: StatArray;
  /** Where one was asked for. */
  readonly census?: Census;
  readonly kept: KeptRanges;
}

export interface SummaryRequest {
  /** Columns of the selected genes in the spatial data. */
  readonly columns: Int32Array;
  readonly form: RowForm;
  readonly session: SessionRequest;
  readonly statWidth: number;
  /** As in SummarizeInput. */
  readonly loadings?: Float64Array;
  /** Columns of the genes that a survey of some spots has left out: of all spots is then found what it could not find. */
  readonly unseen?: Int32Array;
}

/** The second pass over the section: reduces every spot to the few numbers the solver keeps of it. */
export async function summarizeSpots(
  spatial: SpatialInput,
  { columns, form, session, statWidth, loadings, unseen }: SummaryRequest,
  run: RunContext,
): Promise<SpotSummary> {
  const { spotCount } = spatial.counts;
  const { precision } = form;
  const { sharesMemory } = run.executor;
  const perSpot = () => statArray(precision, spotCount, allocator(reachOf(run, "no kernel")));
  const librarySizes = perSpot();
  const sums = loadings && perSpot();
  const rows = await statisticsRows({ name: "statistics", spotCount, width: statWidth, precision }, run);
  // Where memory is shared the threads write what they find where it belongs; else it comes back as parts.
  const targets = {
    statistics: rows.target,
    librarySizes: sharesMemory ? librarySizes : undefined,
    sums: sharesMemory ? sums : undefined,
  };
  const kept = keptRanges(run.keptCounts, spotCount);
  const census = unseen && emptyCensus(unseen.length);
  const { location } = spatial;
  const settings = {
    task: "summarize" as const,
    mark: "summarize" as const,
    stage: "statistics" as const,
    spotCount,
    isFar: location?.access !== undefined,
    inputFor: async (range: SpotRange) => ({
      ...{ location, range, columns, form, session, loadings, unseen, ...targets },
      keep: await kept.target(range),
    }),
    onPart(part: SummaryPart, range: SpotRange) {
      kept.note(range, part.keptBytes);
      if (part.statistics) rows.place(part.statistics, range);
      if (part.librarySizes) librarySizes.set(part.librarySizes, range.start);
      if (part.sums) sums?.set(part.sums, range.start);
      if (census && part.census) mergeCensus(census, part.census);
    },
    async pack(part: SummaryPart, range: SpotRange): Promise<Piece> {
      const own = {
        librarySizes: part.librarySizes ?? librarySizes.subarray(range.start, range.end),
        sums: part.sums ?? sums?.subarray(range.start, range.end),
      };
      return packSummary({ ...part, ...own }, await rows.pack(part.statistics, range));
    },
    async unpack({ facts, arrays }: Piece, range: SpotRange) {
      const { rows: rowFacts, census: counted } = facts as PieceFacts;
      if ((counted !== null) !== (census !== undefined)) return undefined;
      if ((arrays.sums !== undefined) !== (sums !== undefined)) return undefined;
      if (!(await rows.unpack({ facts: rowFacts, arrays }, range))) return undefined;
      librarySizes.set(arrays.librarySizes, range.start);
      sums?.set(arrays.sums, range.start);
      return { part: counted === null ? {} : { census: unpackCensus(counted, arrays) } };
    },
  };
  await runPass(settings, run);
  return {
    statistics: rows.statistics,
    librarySizes,
    kept,
    ...(sums && { sums }),
    ...(census && { census }),
  };
}

/** What is kept of a range, beside its rows as they are kept: by default in the piece itself. */
export function packSummary(
  { statistics, librarySizes, sums, census }: SummaryPart,
  rows: Piece = { facts: null, arrays: { ...(statistics && { statistics }) } },
): Piece {
  const counted = census && packCensus(census);
  const facts: PieceFacts = { rows: rows.facts, census: counted?.facts ?? null };
  return {
    facts,
    arrays: {
      ...rows.arrays,
      ...counted?.arrays,
      ...(librarySizes && { librarySizes }),
      ...(sums && { sums }),
    },
  };
}

/** Of a range that is done. */
interface PieceFacts {
  readonly rows: unknown;
  readonly census: CheckFacts | null;
}
