import type { Coordinates, SpotRange } from "@flashdeconv/core";
import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import type { NeighborLists, RangeSearched } from "./candidates.js";
import { checkCoordinates } from "./check-coordinates.js";
import { checkEdgeCount, type GraphOptions, resolveGraphOptions } from "./graph-options.js";
import { SPOTS_PER_BIN, searchGrid } from "./grid-neighbors.js";
import { buildSpatialTree, type SpatialTree, treeOf } from "./spatial-tree.js";
import { buildSpotGrid, type SpotGrid } from "./spot-grid.js";
import { searchTree } from "./tree-neighbors.js";

/**
 * Room for the entries of the finished graph, per nearest neighbour: what `joinNeighbors` adds for spots that are listed without
 * listing goes into the same memory. Square lattices need 1.33 for 6 neighbours, spots at random 1.18. Memory that is not needed
 * is never written, so it costs addresses only.
 */
const ROOM_PER_NEIGHBOR = 1.5;

/**
 * A search for the nearest neighbours of all spots, of plain objects and typed arrays: it can be posted to threads, each of which
 * searches for ranges of places. What they write is apart, and no range looks at what another wrote.
 */
export interface NeighborSearch extends NeighborLists {
  readonly spotCount: number;
  /** The spots in square bins where they are spread evenly enough; else in a k-d tree. */
  readonly places: SpotGrid | SpatialTree;
  /**
   * The nearest other spots of spot i from `k i` on, nearest first, of equally near ones the lower index first; then room for the
   * rest of a graph.
   */
  readonly neighbors: Int32Array;
  /** When all ranges together took more steps, bins were the wrong way: search again with `searchByTree(search)`. */
  readonly stepLimit: number;
}

/** Steps per spot beyond the first bins: about ten times what evenly spread spots need. */
export const stepsPerSpot = (neighborCount: number): number => 8 + 4 * neighborCount;

/**
 * Sorts the spots into bins, or into a tree, and finds nothing yet. Depends on the coordinates only.
 *
 * @param options `takesOver` says that nobody else needs the coordinates: the search then lies where they are
 * @param allocateGraph makes the memory of the lists, in which the graph will lie
 * @throws OptionError when k is not a whole number of at least 1 or gives more entries than can be stored, ShapeError without
 * a spot, CoordinateError for a coordinate that is not finite.
 */
export function buildNeighborSearch(
  coordinates: Coordinates,
  options: Partial<Pick<GraphOptions, "neighborCount">> & { readonly takesOver?: boolean } = {},
  allocate: Allocate = allocateHere,
  allocateGraph = allocate,
): NeighborSearch {
  const asked = resolveGraphOptions({ neighborCount: options.neighborCount }).neighborCount;
  const spotCount = checkCoordinates(coordinates);
  const neighborCount = Math.min(asked, spotCount - 1);
  checkEdgeCount(spotCount * neighborCount, asked);
  const spotsPerBin = Math.max(1, SPOTS_PER_BIN * neighborCount);
  const grid = buildSpotGrid(coordinates, spotsPerBin, allocate, options.takesOver);
  const capacity = Math.ceil(spotCount * neighborCount * ROOM_PER_NEIGHBOR);
  return {
    spotCount,
    neighborCount,
    places: grid ?? buildSpatialTree(coordinates, allocate, options.takesOver),
    neighbors: allocateGraph(Int32Array, capacity),
    stepLimit: grid ? spotCount * stepsPerSpot(neighborCount) : Number.POSITIVE_INFINITY,
  };
}

/** The same search by the tree, whatever the layout: any search ends in N log N steps. Takes over the memory of the other. */
export function searchByTree(search: NeighborSearch, allocate: Allocate = allocateHere): NeighborSearch {
  return { ...search, places: treeOf(search.places, allocate), stepLimit: Number.POSITIVE_INFINITY };
}

/**
 * Finds the nearest neighbours of the spots at the places `start .. end` of a search and writes their rows of `neighbors`. Pure but
 * for that: any cut into ranges, in any order, on any threads, gives the same bits.
 */
export function searchRange(search: NeighborSearch, range: SpotRange): RangeSearched {
  const { places, stepLimit } = search;
  if (search.neighborCount === 0) return { steps: 0, sharedCount: 0 };
  if ("binStart" in places) return searchGrid(places, range, search, stepLimit);
  return { steps: 0, sharedCount: searchTree(places, range, search) };
}

/** A search that is done, on this thread. */
export function nearestNeighbors(coordinates: Coordinates, neighborCount: number): NeighborSearch {
  const search = buildNeighborSearch(coordinates, { neighborCount });
  const all = { start: 0, end: search.spotCount };
  if (searchRange(search, all).steps <= search.stepLimit) return search;
  const byTree = searchByTree(search);
  searchRange(byTree, all);
  return byTree;
}
