import type { SpotRange } from "@flashdeconv/core";
import {
  buildCandidates,
  type Candidates,
  countShared,
  insertCandidate,
  listCandidates,
  type NeighborLists,
  type RangeSearched,
} from "./candidates.js";
import { EDGE_SLACK, type SpotGrid } from "./spot-grid.js";

/** Spots per bin that search best, per neighbour asked for; found by trial. */
export const SPOTS_PER_BIN = 1 / 3;

/**
 * The nearest other spots of the spots at the places `start .. end`, nearest first, of equally near ones the lower index first:
 * what `searchTree` finds.
 *
 * Each spot looks at its own bin and those around it, then at one more ring of bins at a time until no unseen bin can
 * hold a nearer spot. Spots that lie alone walk over many empty bins: where that adds up to much, the search is given up.
 *
 * @param lists receives the lists of these spots; its k is at least 1
 * @param stepLimit rows of bins, and spots, to look at beyond the first bins before giving up
 */
export function searchGrid(
  grid: SpotGrid,
  { start, end }: SpotRange,
  { neighborCount, neighbors }: NeighborLists,
  stepLimit: number,
): RangeSearched {
  const { spots, binStart } = grid;
  const found = buildCandidates(neighborCount, 1, spots);
  let steps = 0;
  let sharedCount = 0;
  for (let place = start, bin = binOf(grid, start); place < end && steps <= stepLimit; bin++) {
    const to = Math.min(binStart[bin + 1], end);
    for (; place < to; place++) {
      found.firstPlace = place;
      steps += searchRings(grid, bin, found);
      listCandidates(found, 1, neighbors);
      sharedCount += countShared(found, 1);
    }
  }
  return { steps, sharedCount };
}

/** The bin of a place, by bisection. */
function binOf({ binStart }: SpotGrid, place: number): number {
  let low = 0;
  let high = binStart.length - 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (binStart[middle + 1] > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Fills `found` for its one spot, which lies in `bin`; returns the steps taken beyond the first bins. */
function searchRings(grid: SpotGrid, bin: number, found: Candidates): number {
  const { dimension, points, lows, columnCounts, binsPerUnit, binSize, binStart } = grid;
  const { distances } = found;
  const [across, down, deep] = columnCounts;
  const binRow = Math.floor(bin / across);
  const x = bin - binRow * across;
  const z = Math.floor(binRow / down);
  const y = binRow - z * down;
  const at = found.firstPlace * dimension;
  // Position in bins.
  const u = (points[at] - lows[0]) * binsPerUnit;
  const v = (points[at + 1] - lows[1]) * binsPerUnit;
  const w = dimension === 3 ? (points[at + 2] - lows[2]) * binsPerUnit : 0;
  const last = found.neighborCount - 1;
  distances.fill(Number.POSITIVE_INFINITY);
  let steps = 0;
  for (let ring = 1; ; ring++) {
    const left = Math.max(x - ring, 0);
    const right = Math.min(x + ring, across - 1);
    const top = Math.max(y - ring, 0);
    const bottom = Math.min(y + ring, down - 1);
    const front = Math.max(z - ring, 0);
    const back = Math.min(z + ring, deep - 1);
    for (let layer = front; layer <= back; layer++) {
      for (let row = top; row <= bottom; row++) {
        const rowBin = (layer * down + row) * across;
        if (ring === 1) {
          offerPlaces(grid, found, binStart[rowBin + left], binStart[rowBin + right + 1]);
          continue;
        }
        steps++;
        const gapV = gapTo(row, v) * binSize;
        const gapW = gapTo(layer, w) * binSize;
        const rowGap = gapV * gapV + gapW * gapW;
        if (rowGap > distances[last]) continue;
        if (Math.abs(row - y) === ring || Math.abs(layer - z) === ring) {
          const from = binStart[rowBin + left];
          const to = binStart[rowBin + right + 1];
          steps += to - from;
          offerPlaces(grid, found, from, to);
          continue;
        }
        for (let column = x - ring; column <= right; column += 2 * ring) {
          if (column < 0) continue;
          const gapU = gapTo(column, u) * binSize;
          if (rowGap + gapU * gapU > distances[last]) continue;
          const from = binStart[rowBin + column];
          const to = binStart[rowBin + column + 1];
          steps += to - from;
          offerPlaces(grid, found, from, to);
        }
      }
    }
    let gap = Math.min(gapBeyond(x, ring, across, u), gapBeyond(y, ring, down, v));
    if (dimension === 3) gap = Math.min(gap, gapBeyond(z, ring, deep, w));
    gap *= binSize;
    if (gap > 0 && distances[last] <= gap * gap) return steps;
  }
}

/** How far a position is from a column at least, in bins. */
function gapTo(column: number, position: number): number {
  const gap = column > position ? column - position : position - column - 1;
  return gap > EDGE_SLACK ? gap - EDGE_SLACK : 0;
}

/** How far a position in `column` is from the columns more than `ring` away at least, in bins; infinite where there are none. */
function gapBeyond(column: number, ring: number, columnCount: number, position: number): number {
  const below = column - ring > 0 ? position - (column - ring) : Number.POSITIVE_INFINITY;
  const above = column + ring < columnCount - 1 ? column + ring + 1 - position : Number.POSITIVE_INFINITY;
  return Math.min(below, above) - EDGE_SLACK;
}

/** Offers the places `from .. to` as neighbours of the one spot that `found` is of. */
function offerPlaces(grid: SpotGrid, found: Candidates, from: number, to: number): void {
  const { points, spots, dimension } = grid;
  const { distances, places, firstPlace: place } = found;
  const last = distances.length - 1;
  const at = place * dimension;
  const x = points[at];
  const y = points[at + 1];
  const z = dimension === 3 ? points[at + 2] : 0;
  let worst = distances[last];
  for (let other = from; other < to; other++) {
    const there = other * dimension;
    const dx = x - points[there];
    const dy = y - points[there + 1];
    let distance = dx * dx + dy * dy;
    if (dimension === 3) {
      const dz = z - points[there + 2];
      distance += dz * dz;
    }
    if (distance > worst || other === place) continue;
    if (distance === worst && spots[other] > spots[places[last]]) continue;
    insertCandidate(found, 0, distance, other);
    worst = distances[last];
  }
}
