import { type NeighborGraph, OptionError } from "@flashdeconv/core";
import { EDGE_LIMIT } from "./graph-options.js";
import type { NearestNeighbors } from "./nearest-neighbors.js";
import { sortRow } from "./sort-row.js";

/** Rows to fetch at once; found by trial. */
const BATCH_SIZE = 64;

/**
 * The graph in which i and j are neighbours when either is among the nearest of the other. Linear in the number of entries,
 * also where one spot is near to all others. All but the last write of a row is done by place, where memory is near.
 * Overwrites `neighbors`.
 *
 * @throws OptionError when the graph has more entries than Int32 offsets can count.
 */
export function symmetricUnion({ spots, neighbors }: NearestNeighbors): NeighborGraph {
  const spotCount = spots.length;
  const listLength = neighbors.length / spotCount;
  const { start, places } = reverseOneSided(neighbors, spotCount);
  const edgeCount = neighbors.length + places.length;
  checkEdgeCount(edgeCount, listLength);

  // A row is a spot's own list and those spots that list it without being listed.
  const indptr = new Int32Array(spotCount + 1);
  for (let place = 0; place < spotCount; place++) {
    indptr[spots[place] + 1] = listLength + start[place + 1] - start[place];
  }
  for (let spot = 0; spot < spotCount; spot++) indptr[spot + 1] += indptr[spot];
  const indices = new Int32Array(edgeCount);
  const rowStart = new Int32Array(BATCH_SIZE);
  for (let first = 0; first < spotCount; first += BATCH_SIZE) {
    const end = Math.min(first + BATCH_SIZE, spotCount);
    fetchRows(spots, first, end, indptr, indices, rowStart);
    for (let place = first; place < end; place++) {
      const from = rowStart[place - first];
      let to = from;
      for (let i = place * listLength; i < (place + 1) * listLength; i++) {
        const item = neighbors[i];
        indices[to++] = spots[item < 0 ? ~item : item];
      }
      for (let i = start[place]; i < start[place + 1]; i++) indices[to++] = spots[places[i]];
      sortRow(indices, from, to);
    }
  }
  return { spotCount, indptr, indices };
}

/**
 * Finds where the rows of some places begin and touches that memory. Spots in no order lie all over it; loads that wait for
 * nothing but memory overlap, while in the loop that fills the rows each would be waited for.
 */
function fetchRows(
  spots: Int32Array,
  first: number,
  end: number,
  indptr: Int32Array,
  indices: Int32Array,
  rowStart: Int32Array,
): void {
  for (let place = first; place < end; place++) {
    const from = indptr[spots[place]];
    rowStart[place - first] = from;
    indices[from] = 0;
  }
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
 * For each place the places that list it without being listed by it: those of place p are `places[start[p]] .. `. Replaces such an
 * entry q of `neighbors` by ~q.
 */
function reverseOneSided(
  neighbors: Int32Array,
  spotCount: number,
): { start: Int32Array; places: Int32Array } {
  const listLength = neighbors.length / spotCount;
  const start = new Int32Array(spotCount + 1);
  for (let place = 0; place < spotCount; place++) {
    for (let i = place * listLength; i < (place + 1) * listLength; i++) {
      const listed = neighbors[i];
      if (lists(neighbors, listLength, listed, place)) continue;
      neighbors[i] = ~listed;
      start[listed]++;
    }
  }
  // Ends first; filling from the back turns them into starts.
  for (let place = 0; place < spotCount; place++) start[place + 1] += start[place];
  const places = new Int32Array(start[spotCount]);
  for (let i = neighbors.length - 1, place = spotCount - 1; place >= 0; place--) {
    for (; i >= place * listLength; i--) {
      if (neighbors[i] < 0) places[--start[~neighbors[i]]] = place;
    }
  }
  return { start, places };
}

/** Whether the list of one place has another in it. No such entry is negative: the other is known to list the one. */
function lists(neighbors: Int32Array, listLength: number, of: number, place: number): boolean {
  const end = (of + 1) * listLength;
  for (let i = of * listLength; i < end; i++) if (neighbors[i] === place) return true;
  return false;
}
