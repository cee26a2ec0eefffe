import type { CsrChunk } from "@flashdeconv/core";
import type { SpotSample } from "../contracts/sample.js";
import { SPARSE_DEPTH } from "../runtime/sample-size.js";
import { pickRows } from "../stages/survey/sample-rows.js";
import { graphOf, places } from "../stages/survey/sample-spots.js";
import type { Survey } from "../stages/survey/survey-spots.js";

export interface SettledSample {
  readonly sample: SpotSample;
  /** Raw counts over the shared genes. */
  readonly counts: CsrChunk;
  /** Share of the sample's counts that are in these genes; null where it has none. */
  readonly sharedCounts: number | null;
}

/** The sample and its counts, as they are used once the section's depth is known: of a section of many counts the core alone. */
export function settleSample(
  asked: SpotSample,
  { moments, depths, sample: { counts, isRead, sharedCounts } }: Survey,
): SettledSample {
  const mean = moments.rawTotal.reduce((sum, count) => sum + count, 0) / moments.spotCount;
  const kept = keptPlaces(asked, isRead, depths?.median ?? mean);
  return { sample: restrictSample(asked, kept), counts: pickRows(counts, kept), sharedCounts };
}

/** @param isRead by place in the sample, whether the spot's counts were taken */
export function keptPlaces({ isCore }: SpotSample, isRead: Uint8Array, depth: number): Int32Array {
  const isSparse = depth <= SPARSE_DEPTH;
  return places(isCore.length, (i) => isRead[i] === 1 && (isSparse || isCore[i] === 1));
}

/** Some of the sample's spots. */
export function restrictSample(sample: SpotSample, kept: Int32Array): SpotSample {
  const { spots, isCore, graph } = sample;
  if (kept.length === spots.length) return sample;
  return {
    spots: Int32Array.from(kept, (i) => spots[i]),
    isCore: Uint8Array.from(kept, (i) => isCore[i]),
    graph: graphOf(graph, kept),
  };
}
