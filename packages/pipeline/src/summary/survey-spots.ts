import type { CsrChunk, Executor } from "@flashdeconv/core";
import { buildCountCheck, finishCountCheck, mergeCountCheck } from "@flashdeconv/normalize";
import { buildMoments, finishMoments, type GeneMoments, mergeMoments } from "@flashdeconv/select-genes";
import type { Piece } from "../checkpoint/checkpoint.js";
import { packSurvey, unpackSurvey } from "../checkpoint/pack-survey.js";
import { joinSampleRows, type SampleRows } from "../choices/sample-rows.js";
import { usesCountModel } from "../choices/smoothed-poisson.js";
import type { DeconvolveCallbacks, DeconvolveOptions } from "../deconvolve-options.js";
import type { SpatialInput } from "../inputs.js";
import type { NoticeList } from "../notice-list.js";
import { requireCounts } from "../problem/require-counts.js";
import type { PipelineTasks } from "../threads/pipeline-tasks.js";
import { runPass } from "./run-pass.js";

export interface Survey {
  readonly moments: GeneMoments;
  /** Raw counts of the sample's spots over the same genes. */
  readonly sample: CsrChunk;
  /** Whether the section holds no count at all, of any gene. */
  readonly isEmpty: boolean;
}

/**
 * The first pass over the section: checks that it holds counts, gathers the moments of some genes and the rows of a sample.
 *
 * @param columns of the genes
 * @param sample spots, ascending; may be none
 */
export async function surveySpots(
  executor: Executor<PipelineTasks>,
  spatial: SpatialInput,
  columns: Int32Array,
  sample: Int32Array,
  options: DeconvolveOptions,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<Survey> {
  const rows: SampleRows[] = [];
  const check = buildCountCheck();
  const moments = buildMoments(columns.length);
  const { location, counts } = spatial;
  const settings = {
    executor,
    task: "survey" as const,
    stage: "genes" as const,
    spotCount: counts.spotCount,
    isFar: location?.access !== undefined,
    inputFor: (range: { start: number; end: number }) => ({
      location,
      range,
      columns,
      sample,
      kernels: options.kernels,
    }),
    onPart(part: Awaited<ReturnType<PipelineTasks["survey"]>>) {
      mergeCountCheck(check, part.check);
      mergeMoments(moments, part.moments);
      rows.push(part.sample);
    },
    pack: packSurvey,
    unpack: async (piece: Piece) => ({ part: unpackSurvey(piece) }),
  };
  await runPass(settings, callbacks, notices);
  const report = finishCountCheck(check);
  await requireCounts(
    report,
    {
      name: "spatial data",
      row: "spot",
      geneNames: spatial.geneNames,
      nameRow: async (spot) => (await spatial.readSpotName?.(spot)) ?? `number ${spot}`,
    },
    // Scaled values, which may be negative, are no counts to weigh.
    usesCountModel(options.solver) ? { ...options, preprocess: "log-cpm" } : options,
  );
  const isEmpty = report.nonzeroCount === 0;
  if (isEmpty) {
    notices.add({ code: "no-counts", message: "No spot has any count: no spot can be given proportions." });
  }
  return {
    moments: finishMoments(moments),
    sample: joinSampleRows(rows, sample.length, columns.length),
    isEmpty,
  };
}
