import type { SpotRange } from "@flashdeconv/core";
import { freeArray } from "@flashdeconv/core/internal";
import { buildCountCheck, type CountReport, finishCountCheck, mergeCountCheck } from "@flashdeconv/normalize";
import { buildMoments, finishMoments, type GeneMoments, mergeMoments } from "@flashdeconv/select-genes";
import type { Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SampleRows, SpotSample } from "../../contracts/sample.js";
import type { PipelineTasks } from "../../contracts/tasks.js";
import { runPass } from "../../runtime/run-pass.js";
import { SPARSE_DEPTH } from "../../runtime/sample-size.js";
import type { CountOptions } from "../reference/require-counts.js";
import { isWhole } from "../reference/require-counts.js";
import { buildDepthSums, finishDepthSums, mergeDepthSums, type RobustDepths } from "./depth-sums.js";
import { judgeValues, noteDeepSpots, noteReport } from "./judge-values.js";
import { packSurvey, unpackSurvey } from "./pack-survey.js";
import { type JoinedRows, joinRows, joinSampleRows, leaveOutDeepSpots, weaveRows } from "./sample-rows.js";
import { countWanted } from "./surveyed-ranges.js";

export interface Survey {
  /** Of the surveyed spots. */
  readonly moments: GeneMoments;
  /** Raw counts of the sample's spots over the same genes. */
  readonly sample: JoinedRows;
  /** Whether every spot was surveyed: else what holds of all of them is known after the second pass. */
  readonly isOfAll: boolean;
  /** Whether the surveyed spots hold no count at all, of any gene. */
  readonly isEmpty: boolean;
  /** Whether all values of the surveyed spots are whole numbers. */
  readonly isWhole: boolean;
  /** How many counts spots have, and totals in which the deepest spots are scaled down; for solvers of the model of counts. */
  readonly depths?: RobustDepths;
}

export interface SurveyRequest {
  /** Columns of the genes. */
  readonly columns: Int32Array;
  /** May be of no spots. */
  readonly sample: Pick<SpotSample, "spots" | "isCore">;
  /** Whether totals are wanted apart by the depth of spots, as the model of counts needs them. */
  readonly withDepths: boolean;
  /** Whether it may be left to others. */
  readonly mayBeLeft?: boolean;
}

/** The first pass over the section: checks that it holds counts, gathers the moments of some genes and the rows of a sample. */
export async function surveySpots(
  spatial: SpatialInput,
  { columns, sample, withDepths, mayBeLeft }: SurveyRequest,
  options: CountOptions,
  run: RunContext,
): Promise<Survey> {
  const wanted = { columns, sample, withDepths, mayBeLeft, keptAs: "survey", before: 0 };
  const found = await readSpots(spatial, wanted, run);
  const report = finishCountCheck(found.check);
  await judgeValues(report, spatial, wantedCounts(options, withDepths), run);
  noteReport(report, wantedCounts(options, withDepths), run.notices);
  const survey = { ...finished(found, report), isOfAll: true };
  const rows = joinSampleRows(found.rows, sample.spots.length, columns.length);
  if (!withDepths) return { ...survey, sample: rows };
  const depths = finishDepthSums(found.depthSums);
  noteDeepSpots(depths, depths.deepSpotCount, run.notices);
  return { ...survey, sample: { ...rows, counts: leaveOutDeepSpots(rows.counts, depths.cap) }, depths };
}

/**
 * The same of a part of the section, and of the sample's spots. What it finds may be no counts is refused at once; what is to be told of
 * the values is told when all have been read.
 *
 * @param summed ranges of spots
 */
export async function surveyRanges(
  spatial: SpatialInput,
  { columns, sample, summed, mayBeLeft }: Omit<SurveyRequest, "withDepths"> & SummedSpots,
  options: CountOptions,
  run: RunContext,
): Promise<Survey> {
  const { spots, isCore } = sample;
  const part = (is: number) => ({
    spots: spots.filter((_, i) => isCore[i] === is),
    isCore: isCore.filter((one) => one === is),
  });
  const core = { columns, sample: part(1), summed, withDepths: true, mayBeLeft, keptAs: "sums", before: 0 };
  const found = await readSpots(spatial, core, run);
  const report = finishCountCheck(found.check);
  await judgeValues(report, spatial, wantedCounts(options, true), run);
  const depths = finishDepthSums(found.depthSums);
  const left = { sample: part(0), summed: [], mayBeLeft: false, keptAs: "rows" };
  const others = { ...core, ...left, before: found.spotCount };
  const isSparse = depths.median <= SPARSE_DEPTH && others.sample.spots.length > 0;
  const rows = isSparse ? joinRows((await readSpots(spatial, others, run)).rows) : undefined;
  const own = joinRows(found.rows);
  const woven = weaveRows(own, rows, isCore);
  for (const side of [own, ...(rows ? [rows] : [])])
    for (const array of [side.genes, side.values]) freeArray(array);
  const joined = joinSampleRows([woven], spots.length, columns.length);
  const counts = leaveOutDeepSpots(joined.counts, depths.cap);
  return { ...finished(found, report), isOfAll: false, sample: { ...joined, counts }, depths };
}

/** Scaled values, which may be negative, are not counts to weigh. */
export function wantedCounts(options: CountOptions, weighsCounts: boolean): CountOptions {
  return weighsCounts ? { ...options, preprocess: "log-cpm" } : options;
}

interface SummedSpots {
  readonly summed: readonly SpotRange[];
}

interface Reading extends SurveyRequest {
  /** Ranges of spots whose counts are summed; left out, all are. */
  readonly summed?: readonly SpotRange[];
  /** Begins the names of pieces. */
  readonly keptAs: string;
  /** Spots read before. */
  readonly before: number;
}

async function readSpots(
  spatial: SpatialInput,
  { columns, sample: { spots, isCore }, withDepths, summed, mayBeLeft, keptAs, before }: Reading,
  run: RunContext,
) {
  const rows: SampleRows[] = [];
  const check = buildCountCheck();
  const moments = buildMoments(columns.length);
  const depthSums = buildDepthSums(columns.length);
  const { location, counts } = spatial;
  const wanted = summed && { ranges: summed, spots };
  const settings = {
    task: "survey" as const,
    ...(mayBeLeft && { mark: "survey" as const }),
    keptAs,
    before,
    stage: "genes" as const,
    spotCount: counts.spotCount,
    isFar: location?.access !== undefined,
    ...(wanted && { countOf: (range: SpotRange) => countWanted(wanted, range) }),
    inputFor: (range: SpotRange) => ({
      location,
      range,
      columns,
      ...(summed && { summed }),
      sample: { spots, isCore },
      withDepths,
      kernels: run.kernels,
    }),
    onPart(part: Awaited<ReturnType<PipelineTasks["survey"]>>) {
      mergeCountCheck(check, part.check);
      mergeMoments(moments, part.moments);
      if (part.depths) mergeDepthSums(depthSums, part.depths);
      rows.push(part.sample);
    },
    pack: packSurvey,
    unpack: async (piece: Piece) => ({ part: unpackSurvey(piece) }),
  };
  await runPass(settings, run);
  const all = { start: 0, end: counts.spotCount };
  const spotCount = wanted ? countWanted(wanted, all) : counts.spotCount;
  return { check, moments, depthSums, rows, spotCount };
}

function finished({ moments }: Awaited<ReturnType<typeof readSpots>>, report: CountReport) {
  return {
    moments: finishMoments(moments),
    isEmpty: report.nonzeroCount === 0,
    isWhole: isWhole(report),
  };
}
