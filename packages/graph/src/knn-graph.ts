import type { Coordinates, NeighborGraph } from "@flashdeconv/core";
import { GRAPH_OPTIONS, type GraphOptions } from "./graph-options.js";
import { nearestNeighbors } from "./neighbor-search.js";
import { joinNeighbors } from "./symmetric-union.js";

/**
 * Joins each spot with its k nearest ones, and so also with those that have it among theirs. Of equally near spots the
 * one of lower index is taken. A k above N - 1 is taken as N - 1.
 *
 * @throws OptionError when k is not a whole number of at least 1 or gives more entries than can be stored, ShapeError without
 * a spot, CoordinateError for a coordinate that is not finite.
 */
export function buildKnnGraph(
  coordinates: Coordinates,
  { neighborCount = GRAPH_OPTIONS.neighborCount.default }: Partial<Pick<GraphOptions, "neighborCount">> = {},
): NeighborGraph {
  return joinNeighbors(nearestNeighbors(coordinates, neighborCount));
}
