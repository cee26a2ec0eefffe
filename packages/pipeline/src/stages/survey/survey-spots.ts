import { numbered } from "@flashdeconv/core/internal";
import { buildCountCheck, finishCountCheck, mergeCountCheck } from "@flashdeconv/normalize";
import { buildMoments, finishMoments, type GeneMoments, mergeMoments } from "@flashdeconv/select-genes";
import type { Piece } from "../../contracts/checkpoint.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { SampleRows, SpotSample } from "../../contracts/sample.js";
import type { PipelineTasks } from "../../contracts/tasks.js";
import { runPass } from "../../runtime/run-pass.js";
import { noteValues } from "../reference/note-values.js";
import type { CountOptions } from "../reference/require-counts.js";
import { isWhole, requireCounts } from "../reference/require-counts.js";
import { buildDepthSums, finishDepthSums, mergeDepthSums, type RobustDepths } from "./depth-sums.js";
import { packSurvey, unpackSurvey } from "./pack-survey.js";
import { type JoinedRows, joinSampleRows, leaveOutDeepSpots } from "./sample-rows.js";

export interface Survey {
  readonly moments: GeneMoments;
  /** Raw counts of the sample's spots over the same genes. */
  readonly sample: JoinedRows;
  /** Whether the section holds no count at all, of any gene. */
  readonly isEmpty: boolean;
  /** Whether all its values are whole numbers. */
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
}

/** The first pass over the section: checks that it holds counts, gathers the moments of some genes and the rows of a sample. */
export async function surveySpots(
  spatial: SpatialInput,
  { columns, sample: { spots, isCore }, withDepths }: SurveyRequest,
  options: CountOptions,
  run: RunContext,
): Promise<Survey> {
  const { notices, signal } = run;
  const rows: SampleRows[] = [];
  const check = buildCountCheck();
  const moments = buildMoments(columns.length);
  const depthSums = buildDepthSums(columns.length);
  const { location, counts } = spatial;
  const settings = {
    task: "survey" as const,
    stage: "genes" as const,
    spotCount: counts.spotCount,
    isFar: location?.access !== undefined,
    inputFor: (range: { start: number; end: number }) => ({
      location,
      range,
      columns,
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
  const report = finishCountCheck(check);
  // Scaled values, which may be negative, are not counts to weigh.
  const wantedCounts: CountOptions = withDepths ? { ...options, preprocess: "log-cpm" } : options;
  await requireCounts(
    report,
    {
      name: "spatial data",
      row: "spot",
      geneNames: spatial.geneNames,
      nameRow: async (spot) => (await spatial.readSpotName?.(spot)) ?? `number ${spot}`,
      otherMatrices: async () => (await spatial.otherMatrices?.({ signal })) ?? [],
    },
    wantedCounts,
  );
  const isEmpty = report.nonzeroCount === 0;
  if (isEmpty) {
    notices.add({ code: "no-counts", message: "No spot has any count: no spot can be given proportions." });
  }
  noteValues(report, "section", wantedCounts, notices);
  const joined = joinSampleRows(rows, spots.length, columns.length);
  const found = { moments: finishMoments(moments), isEmpty, isWhole: isWhole(report) };
  if (!withDepths) return { ...found, sample: joined };
  const depths = finishDepthSums(depthSums);
  noteDeepSpots(depths, notices);
  return { ...found, sample: { ...joined, counts: leaveOutDeepSpots(joined.counts, depths.cap) }, depths };
}

function noteDeepSpots({ cap, deepSpotCount, median }: RobustDepths, notices: NoticeList): void {
  if (deepSpotCount === 0) return;
  notices.add({
    code: "deep-spots",
    message: `${numbered(deepSpotCount, "spot")} of ${numbered(cap, "count")} or more, where the median is ${Math.round(median)}: each counts as ${cap} in the section's totals, so that they do not decide for all others. Check what they are.`,
  });
}
