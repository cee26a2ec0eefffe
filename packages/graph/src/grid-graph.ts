import type { Coordinates, NeighborGraph } from "@flashdeconv/core";
import { checkCoordinates } from "./check-coordinates.js";
import { type GraphOptions, resolveGraphOptions } from "./graph-options.js";
import { nearestNeighbors } from "./neighbor-search.js";
import { squaredDistance } from "./places.js";
import { radiusGraph } from "./radius-graph.js";

/** Between the nearest spots of a square grid and its diagonals (1.41) on one side, the second ring (2) on the other. */
const RADIUS_PER_SPACING = 1.5;

/**
 * Joins all pairs of spots within 1.5 times the grid's spacing, which is taken to be the median distance of a spot to
 * its nearest other one: the 6 spots around one on a hexagonal array, the 8 on a square one.
 *
 * @throws OptionError when that gives more than `maxEdges` entries, ShapeError without a spot, CoordinateError for a
 * coordinate that is not finite.
 */
export function buildGridGraph(
  coordinates: Coordinates,
  options: Partial<Pick<GraphOptions, "maxEdges">> = {},
): NeighborGraph {
  const { maxEdges } = resolveGraphOptions({ maxEdges: options.maxEdges });
  const radius = RADIUS_PER_SPACING * medianNearestDistance(coordinates);
  return radiusGraph(coordinates, radius, maxEdges, "grid");
}

/** Median over spots of the distance to the nearest other one; 0 for a single spot. */
function medianNearestDistance(coordinates: Coordinates): number {
  const spotCount = checkCoordinates(coordinates);
  if (spotCount === 1) return 0;
  const { neighbors } = nearestNeighbors(coordinates, 1);
  const bySpot = { dimension: coordinates.dimension, points: coordinates.values };
  const distances = new Float64Array(spotCount);
  for (let spot = 0; spot < spotCount; spot++) {
    distances[spot] = Math.sqrt(squaredDistance(bySpot, spot, neighbors[spot]));
  }
  distances.sort();
  return (distances[(spotCount - 1) >> 1] + distances[spotCount >> 1]) / 2;
}
