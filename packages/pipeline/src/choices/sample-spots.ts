import type { NeighborGraph } from "@flashdeconv/core";
import type { SpatialGraph } from "../neighbors/spatial-graph.js";

/** A few pieces of tissue that stand for the section: what is to be found out on real spots is found out on these. */
export interface SpotSample {
  /** Ascending. */
  readonly spots: Int32Array;
  /** Of the sampled spots, numbered as in `spots`; edges that leave the sample are dropped. */
  readonly graph: SpatialGraph;
}

/** Patches, spread evenly over the section along its space-filling order. */
const PATCH_COUNT = 4;
/** About 24 x 24: on 900 connected spots the strength of smoothing was chosen as on all 3,600 in every set tried. */
const SPOTS_PER_PATCH = 576;

/** Spots of the sample at most. */
export const SAMPLE_SPOTS = PATCH_COUNT * SPOTS_PER_PATCH;

/**
 * Chooses patches of spots that are connected: each grows from a spot by neighbours, neighbours' neighbours and so on. Depends on
 * the coordinates alone. A section of no more spots is its own sample.
 */
export function sampleSpots({ neighbors, order }: SpatialGraph): SpotSample {
  const { spotCount } = neighbors;
  const spots = spotCount <= SAMPLE_SPOTS ? identity(spotCount) : growPatches(neighbors, order);
  const place = new Int32Array(spotCount).fill(-1);
  for (let i = 0; i < spots.length; i++) place[spots[i]] = i;
  return {
    spots,
    graph: { neighbors: subgraph(neighbors, spots, place), order: order && keep(order, place) },
  };
}

function identity(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

function growPatches(
  { spotCount, indptr, indices }: NeighborGraph,
  order: Int32Array | undefined,
): Int32Array {
  const isTaken = new Uint8Array(spotCount);
  const taken: number[] = [];
  for (let patch = 0; patch < PATCH_COUNT; patch++) {
    const end = (patch + 1) * SPOTS_PER_PATCH;
    let seed = Math.floor(((2 * patch + 1) * spotCount) / (2 * PATCH_COUNT));
    let next = taken.length;
    const take = (spot: number) => {
      if (isTaken[spot] === 1 || taken.length === end) return;
      isTaken[spot] = 1;
      taken.push(spot);
    };
    while (taken.length < end) {
      // A new seed too where the tissue around the last one was smaller than a patch.
      if (next === taken.length) take(order ? order[seed] : seed);
      seed = (seed + 1) % spotCount;
      for (; next < taken.length && taken.length < end; next++) {
        for (let e = indptr[taken[next]]; e < indptr[taken[next] + 1]; e++) take(indices[e]);
      }
    }
  }
  return Int32Array.from(taken).sort();
}

function subgraph({ indptr, indices }: NeighborGraph, spots: Int32Array, place: Int32Array): NeighborGraph {
  const ownIndptr = new Int32Array(spots.length + 1);
  const ownIndices: number[] = [];
  for (let i = 0; i < spots.length; i++) {
    for (let e = indptr[spots[i]]; e < indptr[spots[i] + 1]; e++) {
      if (place[indices[e]] >= 0) ownIndices.push(place[indices[e]]);
    }
    ownIndptr[i + 1] = ownIndices.length;
  }
  return { spotCount: spots.length, indptr: ownIndptr, indices: Int32Array.from(ownIndices) };
}

function keep(order: Int32Array, place: Int32Array): Int32Array {
  const kept: number[] = [];
  for (let i = 0; i < order.length; i++) if (place[order[i]] >= 0) kept.push(place[order[i]]);
  return Int32Array.from(kept);
}
