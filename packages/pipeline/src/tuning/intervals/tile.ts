import type { CsrChunk } from "@flashdeconv/core";
import type { SpotSample } from "../../contracts/sample.js";
import { LEAST_TILE_SPOTS, TILE_SPOTS, TILE_VALUES } from "../../runtime/sample-size.js";
import { pickRows } from "../../stages/survey/sample-rows.js";
import { restrictSample } from "../settle-sample.js";

export interface Tile {
  readonly sample: SpotSample;
  readonly counts: CsrChunk;
}

/** Spots of a sample that lie together, along its order, with their counts. */
export function chooseTile(sample: SpotSample, counts: CsrChunk): Tile {
  const { spots, graph } = sample;
  const { indptr } = counts;
  const isIn = new Uint8Array(spots.length);
  let valueCount = 0;
  for (let i = 0; i < Math.min(TILE_SPOTS, spots.length); i++) {
    const spot = graph.order ? graph.order[i] : i;
    valueCount += indptr[spot + 1] - indptr[spot];
    if (i >= LEAST_TILE_SPOTS && valueCount > TILE_VALUES) break;
    isIn[spot] = 1;
  }
  const kept = Int32Array.from({ length: spots.length }, (_, i) => i).filter((i) => isIn[i] === 1);
  return { sample: restrictSample(sample, kept), counts: pickRows(counts, kept) };
}
