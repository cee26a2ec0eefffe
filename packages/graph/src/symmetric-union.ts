import { type NeighborGraph, OptionError } from "@flashdeconv/core";
import { EDGE_LIMIT } from "./graph-options.js";
import type { NearestNeighbors } from "./nearest-neighbors.js";
import { type Places, squaredDistance } from "./places.js";
import { sortRow } from "./sort-row.js";

/**
 * The graph in which i and j are neighbours when either is among the nearest of the other. Linear in the number of entries,
 * also where one spot is near to all others. Overwrites `neighbors`.
 *
 * @throws OptionError when the graph has more entries than Int32 offsets can count.
 */
export function symmetricUnion({ places, neighbors }: NearestNeighbors): NeighborGraph {
  const { spots, spotCount } = places;
  const listLength = neighbors.length / spotCount;
  const indptr = new Int32Array(spotCount + 1);
  markOneSided(places, neighbors, indptr);

  // A row is a spot's own list and those spots that list it without being listed.
  let edgeCount = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    edgeCount += listLength + indptr[spot + 1];
    indptr[spot + 1] = edgeCount;
  }
  checkEdgeCount(edgeCount, listLength);
  const indices = new Int32Array(edgeCount);
  const next = indptr.slice(0, spotCount);
  for (let place = 0; place < spotCount; place++) {
    const spot = spots[place];
    for (let i = place * listLength; i < (place + 1) * listLength; i++) {
      const item = neighbors[i];
      const other = spots[item < 0 ? ~item : item];
      indices[next[spot]++] = other;
      if (item < 0) indices[next[other]++] = spot;
    }
  }
  for (let spot = 0; spot < spotCount; spot++) sortRow(indices, indptr[spot], indptr[spot + 1]);
  return { spotCount, indptr, indices };
}

/** @throws OptionError when a graph of this many entries cannot be stored. */
export function checkEdgeCount(edgeCount: number, neighborCount: number): void {
  if (edgeCount <= EDGE_LIMIT) return;
  throw new OptionError({
    option: "neighborCount",
    value: neighborCount,
    rule: `so small that the graph has at most ${EDGE_LIMIT} entries (here at least ${edgeCount})`,
    remedy: "Ask for fewer neighbours.",
  });
}

/**
 * Replaces place q in the list of place p by ~q where p is not among the nearest of q, and counts it at `counts[spot + 1]` of
 * q's spot.
 */
function markOneSided(places: Places, neighbors: Int32Array, counts: Int32Array): void {
  const { spots, spotCount } = places;
  const listLength = neighbors.length / spotCount;
  for (let place = 0; place < spotCount; place++) {
    for (let i = place * listLength; i < (place + 1) * listLength; i++) {
      const listed = neighbors[i];
      if (isAmongNearest(places, neighbors, listLength, place, listed)) continue;
      neighbors[i] = ~listed;
      counts[spots[listed] + 1]++;
    }
  }
}

/** Whether the list of place `of` has `place` in it: whether it is no farther than the last of that list. */
function isAmongNearest(
  places: Places,
  neighbors: Int32Array,
  listLength: number,
  place: number,
  of: number,
): boolean {
  const item = neighbors[(of + 1) * listLength - 1];
  const last = item < 0 ? ~item : item;
  if (last === place) return true;
  const distance = squaredDistance(places, of, place);
  const reach = squaredDistance(places, of, last);
  return distance < reach || (distance === reach && places.spots[place] < places.spots[last]);
}
