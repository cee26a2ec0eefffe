import type { NeighborGraph } from "@flashdeconv/core";
import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import { checkEdgeCount } from "./graph-options.js";
import type { NeighborSearch } from "./neighbor-search.js";
import { sortRow } from "./sort-row.js";

/**
 * The graph in which i and j are neighbours when either is among the nearest of the other. Linear in the number of entries,
 * also where one spot is near to all others.
 *
 * Uses up the search: the graph grows in the memory of the lists, and what it needs on the way lies in that of the sorted
 * coordinates, so that nothing waits for the garbage collector. `indices` is therefore a view of a greater buffer.
 *
 * @param search all of whose ranges have been searched
 * @throws OptionError when the graph has more entries than Int32 offsets can count.
 */
export function joinNeighbors(search: NeighborSearch, allocate: Allocate = allocateHere): NeighborGraph {
  const { spotCount, neighborCount } = search;
  const indptr = markOneSided(search, allocate(Int32Array, spotCount + 1));
  const addedCount = indptr[spotCount];
  const edgeCount = spotCount * neighborCount + addedCount;
  checkEdgeCount(edgeCount, neighborCount);
  const added = reverseMarked(search, indptr);
  for (let spot = 0; spot <= spotCount; spot++) indptr[spot] += spot * neighborCount;
  return { spotCount, indptr, indices: spreadRows(search, indptr, added, allocate) };
}

/**
 * Replaces an entry j in the list of i by ~j where i is not in the list of j. Goes by place: the rows that it compares are of close
 * spots, so they are still near in memory however the spots are ordered.
 *
 * @param ends N + 1 zeros
 * @returns them, as the running number of such entries j, up to and with each spot; the last item is that of all
 */
function markOneSided(
  { spotCount, neighborCount, neighbors, places }: NeighborSearch,
  ends: Int32Array,
): Int32Array {
  for (let place = 0; place < spotCount; place++) {
    const spot = places.spots[place];
    const from = spot * neighborCount;
    for (let i = from; i < from + neighborCount; i++) {
      const listed = neighbors[i];
      if (lists(neighbors, neighborCount, listed, spot)) continue;
      neighbors[i] = ~listed;
      ends[listed]++;
    }
  }
  for (let spot = 0; spot < spotCount; spot++) ends[spot + 1] += ends[spot];
  return ends;
}

/** Whether the list of one spot has another in it. No such entry is marked: the other is known to list the one. */
function lists(neighbors: Int32Array, neighborCount: number, of: number, spot: number): boolean {
  const end = (of + 1) * neighborCount;
  for (let i = of * neighborCount; i < end; i++) if (neighbors[i] === spot) return true;
  return false;
}

/** For each spot those that list it without being listed by it, and no mark any more. Turns the ends into starts. */
function reverseMarked(
  { spotCount, neighborCount, neighbors, places }: NeighborSearch,
  ends: Int32Array,
): Int32Array {
  const { buffer, byteOffset, byteLength } = places.points;
  const room = byteLength / Int32Array.BYTES_PER_ELEMENT;
  const addedCount = ends[spotCount];
  const added =
    addedCount <= room ? new Int32Array(buffer, byteOffset, addedCount) : new Int32Array(addedCount);
  for (let place = 0; place < spotCount; place++) {
    const spot = places.spots[place];
    const from = spot * neighborCount;
    for (let i = from; i < from + neighborCount; i++) {
      if (neighbors[i] >= 0) continue;
      neighbors[i] = ~neighbors[i];
      added[--ends[neighbors[i]]] = spot;
    }
  }
  return added;
}

/**
 * Moves the lists to where their rows begin, adds to them and sorts them, from the last to the first: a row never begins before
 * its list, so no list is written over before it has moved.
 */
function spreadRows(
  { spotCount, neighborCount, neighbors }: NeighborSearch,
  indptr: Int32Array,
  added: Int32Array,
  allocate: Allocate,
): Int32Array {
  const edgeCount = indptr[spotCount];
  const indices = edgeCount <= neighbors.length ? neighbors : allocate(Int32Array, edgeCount);
  for (let spot = spotCount - 1; spot >= 0; spot--) {
    const from = indptr[spot];
    const to = indptr[spot + 1];
    const list = spot * neighborCount;
    for (let i = neighborCount - 1; i >= 0; i--) indices[from + i] = neighbors[list + i];
    // Rows so far hold k entries each, and beside them what was added.
    for (let i = from + neighborCount; i < to; i++) indices[i] = added[i - list - neighborCount];
    sortRow(indices, from, to);
  }
  return indices.subarray(0, edgeCount);
}
