import type { Coordinates } from "@flashdeconv/core";
import { gridNeighbors, SPOTS_PER_CELL } from "./grid-neighbors.js";
import { buildSpatialTree } from "./spatial-tree.js";
import { buildSpotGrid } from "./spot-grid.js";
import { treeNeighbors } from "./tree-neighbors.js";

export interface NearestNeighbors {
  /** The spot at each place. */
  readonly spots: Int32Array;
  /** N x k places, row-major, nearest first, of equally near ones the lower index first. */
  readonly neighbors: Int32Array;
}

/**
 * The k nearest other spots of each spot: in linear time by a grid where the spots are spread evenly enough, else by a tree. Which
 * of them ran cannot be seen in the result but for the order of the places.
 *
 * @param neighborCount k, at least 1 and below the number of spots
 * @throws ShapeError or CoordinateError as `checkCoordinates` does.
 */
export function nearestNeighbors(coordinates: Coordinates, neighborCount: number): NearestNeighbors {
  const grid = buildSpotGrid(coordinates, Math.max(1, SPOTS_PER_CELL * neighborCount));
  const neighbors = grid && gridNeighbors(grid, neighborCount);
  if (grid && neighbors) return { spots: grid.spots, neighbors };
  const tree = buildSpatialTree(coordinates);
  return { spots: tree.spots, neighbors: treeNeighbors(tree, neighborCount) };
}
