import type { Coordinates, NeighborGraph } from "@flashdeconv/core";
import { checkCoordinates } from "./check-coordinates.js";
import { type GraphOptions, resolveGraphOptions } from "./graph-options.js";
import { nearestNeighbors } from "./nearest-neighbors.js";
import { checkEdgeCount, symmetricUnion } from "./symmetric-union.js";

/**
 * Joins each spot with its k nearest ones, and so also with those that have it among theirs. Of equally near spots the
 * one of lower index is taken. A k above N - 1 is taken as N - 1.
 *
 * @throws OptionError when k is no whole number of at least 1 or gives more entries than can be stored, ShapeError without
 * a spot, CoordinateError for a coordinate that is not finite.
 */
export function buildKnnGraph(
  coordinates: Coordinates,
  options: Partial<Pick<GraphOptions, "neighborCount">> = {},
): NeighborGraph {
  const { neighborCount } = resolveGraphOptions({ neighborCount: options.neighborCount });
  const spotCount = checkCoordinates(coordinates);
  const listLength = Math.min(neighborCount, spotCount - 1);
  if (listLength === 0) return { spotCount, indptr: new Int32Array(2), indices: new Int32Array(0) };
  checkEdgeCount(spotCount * listLength, neighborCount);
  return symmetricUnion(nearestNeighbors(coordinates, listLength));
}
