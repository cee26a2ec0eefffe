import { type NeighborGraph, OptionError } from "@flashdeconv/core";
import { EDGE_LIMIT } from "./graph-options.js";
import { sortRow } from "./sort-row.js";
import type { SpatialTree } from "./spatial-tree.js";

/**
 * The graph in which i and j are neighbours when either lists the other. Linear in the number of lists' entries, also
 * where one spot is listed by all others. It works in places of the tree, so that memory is used in order even when
 * the spots come in none.
 *
 * @param lists N x k places, row-major, none twice in a row; its rows are sorted in place
 * @throws OptionError when the graph has more entries than Int32 offsets can count.
 */
export function symmetricUnion({ spots, spotCount }: SpatialTree, lists: Int32Array): NeighborGraph {
  const listLength = lists.length / spotCount;
  for (let place = 0; place < spotCount; place++)
    sortRow(lists, place * listLength, (place + 1) * listLength);

  // A row is a spot's own list and those spots that list it without being listed.
  const rowLength = new Int32Array(spotCount).fill(listLength);
  forEachOneSided(lists, spotCount, listLength, (_, listed) => {
    rowLength[spots[listed]]++;
  });
  const indptr = new Int32Array(spotCount + 1);
  let edgeCount = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    edgeCount += rowLength[spot];
    indptr[spot + 1] = edgeCount;
  }
  checkEdgeCount(edgeCount, listLength);

  const indices = new Int32Array(edgeCount);
  const next = rowLength;
  for (let place = 0; place < spotCount; place++) {
    let at = indptr[spots[place]];
    for (let i = place * listLength; i < (place + 1) * listLength; i++) indices[at++] = spots[lists[i]];
    next[place] = at;
  }
  forEachOneSided(lists, spotCount, listLength, (place, listed) => {
    indices[next[listed]++] = spots[place];
  });
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

function forEachOneSided(
  lists: Int32Array,
  spotCount: number,
  listLength: number,
  visit: (place: number, listed: number) => void,
): void {
  for (let place = 0; place < spotCount; place++) {
    for (let i = place * listLength; i < (place + 1) * listLength; i++) {
      const listed = lists[i];
      if (!includes(lists, listed * listLength, (listed + 1) * listLength, place)) visit(place, listed);
    }
  }
}

/** Whether the ascending `lists[from .. to]` has `place` in it. */
function includes(lists: Int32Array, from: number, to: number, place: number): boolean {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lists[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low < to && lists[low] === place;
}
