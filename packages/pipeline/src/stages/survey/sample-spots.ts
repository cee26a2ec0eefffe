import type { NeighborGraph } from "@flashdeconv/core";
import type { GraphInMemory } from "../../contracts/graph.js";
import type { SpotSample } from "../../contracts/sample.js";
import { ALL_PATCHES, CORE_PATCHES, CORE_SPOTS, SPOTS_PER_PATCH } from "../../runtime/sample-size.js";

/** A sample of no spots. */
export const NO_SAMPLE: Pick<SpotSample, "spots" | "isCore"> = Object.freeze({
  spots: new Int32Array(0),
  isCore: new Uint8Array(0),
});

/**
 * Chooses patches of spots that are connected: each grows from a spot by neighbours, neighbours' neighbours and so on. Depends on
 * the coordinates alone. A section of no more spots than the core has is its own sample.
 */
export function sampleSpots(section: GraphInMemory): SpotSample {
  const { spotCount } = section.neighbors;
  const patchOf = spotCount <= CORE_SPOTS ? new Uint8Array(spotCount) : growPatches(section);
  const spots = places(spotCount, (spot) => patchOf[spot] < ALL_PATCHES);
  const isCore = Uint8Array.from(spots, (spot) => (patchOf[spot] < CORE_PATCHES ? 1 : 0));
  return { spots, isCore, graph: graphOf(section, spots) };
}

/** The graph among some spots, which are numbered anew. */
export function graphOf({ neighbors, order }: GraphInMemory, spots: Int32Array): GraphInMemory {
  const place = new Int32Array(neighbors.spotCount).fill(-1);
  for (let i = 0; i < spots.length; i++) place[spots[i]] = i;
  return { neighbors: subgraph(neighbors, spots, place), order: order && keep(order, place) };
}

/** Those of so many numbers from 0 that are wanted, ascending. */
export function places(count: number, isWanted: (i: number) => boolean): Int32Array {
  const found: number[] = [];
  for (let i = 0; i < count; i++) if (isWanted(i)) found.push(i);
  return Int32Array.from(found);
}

const NO_PATCH = 255;

/** Where each patch begins, in sixteenths of the spatial order: those of the core first. */
const BEGINNINGS = [2, 6, 10, 14, 0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15];

/** The patch that each spot belongs to. */
function growPatches({ neighbors: { spotCount, indptr, indices }, order }: GraphInMemory): Uint8Array {
  const patchOf = new Uint8Array(spotCount).fill(NO_PATCH);
  const taken: number[] = [];
  for (let patch = 0; patch < ALL_PATCHES; patch++) {
    const end = Math.min((patch + 1) * SPOTS_PER_PATCH, spotCount);
    let seed = Math.floor((BEGINNINGS[patch] * spotCount) / ALL_PATCHES);
    let next = taken.length;
    const take = (spot: number) => {
      if (patchOf[spot] !== NO_PATCH || taken.length === end) return;
      patchOf[spot] = patch;
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
  return patchOf;
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
