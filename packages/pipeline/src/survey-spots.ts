import type { Executor } from "@flashdeconv/core";
import { buildCountCheck, finishCountCheck, mergeCountCheck } from "@flashdeconv/normalize";
import { buildMoments, finishMoments, type GeneMoments, mergeMoments } from "@flashdeconv/select-genes";
import type { DeconvolveCallbacks, DeconvolveOptions } from "./deconvolve-options.js";
import type { SpatialInput } from "./inputs.js";
import type { NoticeList } from "./notice-list.js";
import type { PipelineTasks } from "./pipeline-tasks.js";
import { requireCounts } from "./require-counts.js";
import { runPass } from "./run-pass.js";

/** The first pass over the section: checks that it holds counts and gathers the moments of the shared genes. */
export async function surveySpots(
  executor: Executor<PipelineTasks>,
  spatial: SpatialInput,
  columns: Int32Array,
  options: DeconvolveOptions,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<GeneMoments> {
  const check = buildCountCheck();
  const moments = buildMoments(columns.length);
  const { location, counts } = spatial;
  const settings = {
    executor,
    task: "survey" as const,
    stage: "genes" as const,
    spotCount: counts.spotCount,
    isFar: location?.access !== undefined,
    inputFor: (range: { start: number; end: number }) => ({ location, range, columns }),
    onPart(part: Awaited<ReturnType<PipelineTasks["survey"]>>) {
      mergeCountCheck(check, part.check);
      mergeMoments(moments, part.moments);
    },
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
    options,
  );
  if (report.nonzeroCount === 0) {
    notices.add({ code: "no-counts", message: "No spot has any count: no spot can be given proportions." });
  }
  return finishMoments(moments);
}
