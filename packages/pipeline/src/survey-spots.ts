import { mapChunks } from "@flashdeconv/core";
import { addCountCheck, buildCountCheck, finishCountCheck } from "@flashdeconv/normalize";
import {
  addMoments,
  buildMoments,
  finishMoments,
  type GeneMoments,
  geneSubset,
} from "@flashdeconv/select-genes";
import type { DeconvolveCallbacks, DeconvolveOptions } from "./deconvolve-options.js";
import type { SpatialInput } from "./inputs.js";
import type { NoticeList } from "./notice-list.js";
import { requireCounts } from "./require-counts.js";

/** The first pass over the section: checks that it holds counts and gathers the moments of the shared genes. */
export async function surveySpots(
  spatial: SpatialInput,
  columns: Int32Array,
  options: DeconvolveOptions,
  { signal, onProgress }: DeconvolveCallbacks,
  notices: NoticeList,
): Promise<GeneMoments> {
  const check = buildCountCheck();
  const checked = mapChunks(spatial.counts, (chunk) => {
    addCountCheck(check, chunk);
    return chunk;
  });
  const moments = buildMoments(columns.length);
  const stream = geneSubset(checked, columns).chunks({
    signal,
    onProgress: ({ spotsDone, spotCount }) =>
      onProgress?.({ stage: "genes", done: spotsDone, total: spotCount }),
    onNotice: (notice) => notices.add(notice),
  });
  for await (const chunk of stream) addMoments(moments, chunk);
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
