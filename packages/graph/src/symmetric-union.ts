import { type NeighborGraph, OptionError } from "@flashdeconv/core";
import { EDGE_LIMIT } from "./graph-options.js";
import { sortRow } from "./sort-row.js";

/**
 * The graph in which i and j are neighbours when either lists the other. Linear in the number of lists' entries, also
 * where one spot is listed by all others.
 *
 * @param lists N x k spots, row-major, none twice in a row; its rows are sorted in place
 * @throws OptionError when the graph has more entries than Int32 offsets can count.
 */
export function symmetricUnion(lists: Int32Array, spotCount: number, listLength: number): NeighborGraph {
  for (let spot = 0; spot < spotCount; spot++) sortRow(lists, spot * listLength, (spot + 1) * listLength);

  // First the length of every row: its own list, and those that list it without being listed.
  const oneSided = new Int32Array(spotCount);
  forEachOneSided(lists, spotCount, listLength, (_, listed) => {
    oneSided[listed]++;
  });
  const indptr = new Int32Array(spotCount + 1);
  let edgeCount = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    edgeCount += listLength + oneSided[spot];
    indptr[spot + 1] = edgeCount;
  }
  checkEdgeCount(edgeCount, listLength);

  // One-sided ones go to the end of their row, where they come in ascending order by themselves.
  const indices = new Int32Array(edgeCount);
  const next = oneSided;
  for (let spot = 0; spot < spotCount; spot++) next[spot] = indptr[spot] + listLength;
  forEachOneSided(lists, spotCount, listLength, (spot, listed) => {
    indices[next[listed]++] = spot;
  });
  for (let spot = 0; spot < spotCount; spot++) {
    mergeRow(lists, spot * listLength, listLength, indices, indptr[spot], indptr[spot + 1]);
  }
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
  visit: (spot: number, listed: number) => void,
): void {
  let i = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    for (const end = i + listLength; i < end; i++) {
      const listed = lists[i];
      if (!includes(lists, listed * listLength, (listed + 1) * listLength, spot)) visit(spot, listed);
    }
  }
}

/** Whether the ascending `lists[from .. to]` has `spot` in it. */
function includes(lists: Int32Array, from: number, to: number, spot: number): boolean {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lists[middle] < spot) low = middle + 1;
    else high = middle;
  }
  return low < to && lists[low] === spot;
}

/** Merges a list with the ascending tail of the row it belongs to. Writing never overtakes reading. */
function mergeRow(
  lists: Int32Array,
  list: number,
  listLength: number,
  indices: Int32Array,
  row: number,
  rowEnd: number,
): void {
  const listEnd = list + listLength;
  let tail = row + listLength;
  while (list < listEnd) {
    indices[row++] = tail < rowEnd && indices[tail] < lists[list] ? indices[tail++] : lists[list++];
  }
}
