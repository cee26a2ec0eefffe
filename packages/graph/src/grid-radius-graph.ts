import type { NeighborGraph } from "@flashdeconv/core";
import { squaredDistance } from "./places.js";
import { sortRow } from "./sort-row.js";
import { EDGE_SLACK, type SpotGrid } from "./spot-grid.js";

/** Spots per bin that do for most radii; found by trial. */
export const RADIUS_SPOTS_PER_BIN = 3;

/** A radius of more bins gives so many neighbours that a tree, which takes whole groups of them, counts them sooner. */
export const GREATEST_RADIUS_IN_BINS = 2;

/**
 * Joins all pairs of spots at most `radius` apart: what the tree finds. Looks at the bins within reach of each spot.
 *
 * @param checkEdgeCount called with the number of entries before any is stored; may throw
 */
export function gridRadiusGraph(
  grid: SpotGrid,
  radius: number,
  checkEdgeCount: (edgeCount: number) => void,
): NeighborGraph {
  const { spotCount, spots } = grid;
  const circle = { squaredRadius: radius * radius, reach: radius * grid.binsPerUnit + EDGE_SLACK };
  const indptr = new Int32Array(spotCount + 1);
  let edgeCount = 0;
  for (let place = 0; place < spotCount; place++) {
    const count = visitNear(grid, circle, place);
    indptr[spots[place] + 1] = count;
    edgeCount += count;
  }
  checkEdgeCount(edgeCount);
  for (let spot = 0; spot < spotCount; spot++) indptr[spot + 1] += indptr[spot];
  const indices = new Int32Array(edgeCount);
  const graph = { spotCount, indptr, indices };
  for (let place = 0; place < spotCount; place++) {
    const spot = spots[place];
    visitNear(grid, circle, place, graph);
    sortRow(indices, indptr[spot], indptr[spot + 1]);
  }
  return graph;
}

interface Circle {
  readonly squaredRadius: number;
  /** The radius in bins, and a little more. */
  readonly reach: number;
}

/** Counts the other spots in the circle around a place, and writes its row of the graph where that is given. */
function visitNear(
  grid: SpotGrid,
  { squaredRadius, reach }: Circle,
  place: number,
  graph?: NeighborGraph,
): number {
  const { dimension, points, spots, lows, binsPerUnit, columnCounts, binStart } = grid;
  const [across, down, deep] = columnCounts;
  const from = place * dimension;
  const u = (points[from] - lows[0]) * binsPerUnit;
  const v = (points[from + 1] - lows[1]) * binsPerUnit;
  const w = dimension === 3 ? (points[from + 2] - lows[2]) * binsPerUnit : 0;
  const left = Math.max(Math.floor(u - reach), 0);
  const right = Math.min(Math.floor(u + reach), across - 1);
  const bottom = Math.min(Math.floor(v + reach), down - 1);
  const back = Math.min(Math.floor(w + reach), deep - 1);
  const out = graph?.indices;
  const at = graph ? graph.indptr[spots[place]] : 0;
  let count = 0;
  for (let layer = Math.max(Math.floor(w - reach), 0); layer <= back; layer++) {
    for (let row = Math.max(Math.floor(v - reach), 0); row <= bottom; row++) {
      const rowBin = (layer * down + row) * across;
      const end = binStart[rowBin + right + 1];
      for (let other = binStart[rowBin + left]; other < end; other++) {
        if (squaredDistance(grid, place, other) > squaredRadius || other === place) continue;
        if (out) out[at + count] = spots[other];
        count++;
      }
    }
  }
  return count;
}
