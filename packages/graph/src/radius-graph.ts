import { type Coordinates, type NeighborGraph, OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { countNear } from "./count-near.js";
import { type GraphOptions, resolveGraphOptions } from "./graph-options.js";
import { GREATEST_RADIUS_IN_BINS, gridRadiusGraph, RADIUS_SPOTS_PER_BIN } from "./grid-radius-graph.js";
import { type Places, squaredDistance } from "./places.js";
import { sortRow } from "./sort-row.js";
import { buildSpatialTree, type SpatialTree } from "./spatial-tree.js";
import { buildSpotGrid } from "./spot-grid.js";
import { walkLeaves } from "./walk-leaves.js";

export interface RadiusGraphOptions extends Partial<Pick<GraphOptions, "maxEdges">> {
  /** Greatest distance of neighbours, in the unit of the coordinates. */
  readonly radius: number;
}

/**
 * Joins all pairs of spots that are at most `radius` apart.
 *
 * @throws OptionError when the radius is not a finite number above 0 or gives more than `maxEdges` entries, ShapeError without
 * a spot, CoordinateError for a coordinate that is not finite.
 */
export function buildRadiusGraph(coordinates: Coordinates, options: RadiusGraphOptions): NeighborGraph {
  const { radius, maxEdges } = resolveGraphOptions({ ...options, kind: "radius" });
  return radiusGraph(coordinates, radius ?? 0, maxEdges);
}

/** The same for options that are known to be right. A `kind` of "grid" has a message of its own, and may have the radius 0. */
export function radiusGraph(
  coordinates: Coordinates,
  radius: number,
  maxEdges: number,
  kind: "radius" | "grid" = "radius",
): NeighborGraph {
  const grid = buildSpotGrid(coordinates, RADIUS_SPOTS_PER_BIN);
  if (grid === undefined || radius > GREATEST_RADIUS_IN_BINS * grid.binSize) {
    return treeRadiusGraph(buildSpatialTree(coordinates), radius, maxEdges, kind);
  }
  return gridRadiusGraph(grid, radius, (edgeCount) => {
    if (edgeCount > maxEdges) throw tooManyEdges(grid, { radius, maxEdges, kind }, edgeCount);
  });
}

/** The same by a tree, for any layout and any radius. */
export function treeRadiusGraph(
  tree: SpatialTree,
  radius: number,
  maxEdges: number,
  kind: "radius" | "grid",
): NeighborGraph {
  const { spotCount, spots } = tree;
  const squaredRadius = radius * radius;
  const indptr = new Int32Array(spotCount + 1);
  let edgeCount = 0;
  for (let leaf = 0; leaf < tree.nodeCount; leaf++) {
    if (tree.right[leaf] !== 0) continue;
    const end = tree.end[leaf];
    edgeCount += countNear(tree, leaf, squaredRadius, indptr);
    if (edgeCount > maxEdges)
      throw tooManyEdges(tree, { radius, maxEdges, kind }, (edgeCount / end) * spotCount);
  }
  for (let spot = 0; spot < spotCount; spot++) indptr[spot + 1] += indptr[spot];

  const indices = new Int32Array(edgeCount);
  const next = indptr.slice(0, spotCount);
  forEachNear(tree, squaredRadius, (place, other) => {
    indices[next[spots[place]]++] = spots[other];
  });
  for (let spot = 0; spot < spotCount; spot++) sortRow(indices, indptr[spot], indptr[spot + 1]);
  return { spotCount, indptr, indices };
}

/** Calls `visit` with each ordered pair of different places within the radius. */
function forEachNear(
  tree: SpatialTree,
  squaredRadius: number,
  visit: (place: number, other: number) => void,
): void {
  const { nodeCount, start, end, right } = tree;
  let home = 0;
  const visitLeaf = (leaf: number): number => {
    for (let place = start[home]; place < end[home]; place++) {
      for (let other = start[leaf]; other < end[leaf]; other++) {
        if (other !== place && squaredDistance(tree, place, other) <= squaredRadius) visit(place, other);
      }
    }
    return squaredRadius;
  };
  for (home = 0; home < nodeCount; home++) {
    if (right[home] === 0) walkLeaves(tree, home, squaredRadius, visitLeaf);
  }
}

interface EdgeLimit {
  readonly radius: number;
  readonly maxEdges: number;
  readonly kind: "radius" | "grid";
}

/** `expectedCount` is taken from the spots seen so far; the remedy takes it to grow with the area or volume. */
function tooManyEdges(
  { dimension }: Places,
  { radius, maxEdges, kind }: EdgeLimit,
  expectedCount: number,
): OptionError {
  const limit = `at most ${numbered(maxEdges, "entry")}`;
  const expected = `about ${expectedCount.toPrecision(2)}`;
  const other = 'choose the kind "knn", which also suits many spots at one place';
  if (kind === "grid") {
    return new OptionError({
      option: "kind",
      value: kind,
      rule: `a kind that gives ${limit} (pairs within ${radius}, 1.5 times the usual spacing, give ${expected})`,
      remedy: `The spots lie on no grid: ${other}.`,
    });
  }
  const smaller = radius * (maxEdges / expectedCount) ** (1 / dimension);
  return new OptionError({
    option: "radius",
    value: radius,
    rule: `a radius that gives ${limit} (this one gives ${expected})`,
    remedy: `Try a radius of ${smaller.toPrecision(2)} or less, raise maxEdges, or ${other}.`,
  });
}
