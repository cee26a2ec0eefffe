import type { NeighborGraph, SpotRange } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";
import type { StatArray } from "./solver.js";

/** Who touches whom on a level: the section itself, or a coarser level, in which a row stands for several spots. */
export interface LevelGraph {
  readonly graph: NeighborGraph;
  /** Per entry of `graph.indices`, what the edge weighs next to one spot's own counts; 1 if left out. */
  readonly weights?: Float64Array;
  /** Spots that each row stands for; 1 if left out. */
  readonly sizes?: Float64Array;
  /** Rows in an order that keeps neighbours close; storage order if left out. */
  readonly spatialOrder?: Int32Array;
}

/** The problem of a level. */
export interface LevelProblem extends LevelGraph {
  /** rows x statWidth; of a coarse row the mean over its spots. */
  readonly statistics: StatArray;
}

export interface CoarseGraph extends LevelGraph {
  readonly weights: Float64Array;
  readonly sizes: Float64Array;
  /** The coarse row of each finer row; empty where the finer rows are strips, which know their own. */
  readonly rowOf: Int32Array;
}

/**
 * Rows per coarse row: about a square of 4 x 4 along a space-filling curve. 4 in its place saves a sixth of the
 * sweeps where smoothing is strong, but takes four times the memory, and at most a tenth less time: coarse rows have to be swept, too.
 */
export const ROWS_PER_RUN = 16;
/**
 * Of the weight that crosses between two coarse rows, this much counts. 1 would make the coarse level too stiff: a smooth
 * field climbs in one step from row to row, not at every edge. 1/4 is right for squares; runs along a Hilbert curve
 * over a hexagonal lattice are longer than wide, and there 0.12 is a good choice at all strengths (0.08 to 0.3 tried; docs/decisions/0011).
 */
const EDGE_SHARE = 0.12;

/**
 * The next coarser level: runs of 16 rows in spatial order become one. Divided by the number of its spots, a coarse
 * row's problem is a least-squares problem with the same Gram matrix, mean statistics and lighter edges.
 */
export function coarsen(fine: LevelGraph, allocate: Allocate): CoarseGraph {
  const { graph, weights, sizes, spatialOrder } = fine;
  const { indptr, indices } = graph;
  const rowCount = Math.ceil(graph.spotCount / ROWS_PER_RUN);
  const rowOf = allocate(Int32Array, graph.spotCount);
  const coarseSizes = allocate(Float64Array, rowCount);
  for (let row = 0; row < rowCount; row++) {
    const end = Math.min((row + 1) * ROWS_PER_RUN, graph.spotCount);
    for (let place = row * ROWS_PER_RUN; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      rowOf[spot] = row;
      coarseSizes[row] += sizes ? sizes[spot] : 1;
    }
  }

  const coarseIndptr = allocate(Int32Array, rowCount + 1);
  countEdges(fine, rowOf, coarseIndptr);
  const coarseIndices = allocate(Int32Array, coarseIndptr[rowCount]);
  const coarseWeights = allocate(Float64Array, coarseIndptr[rowCount]);
  /** Where the edge to each row is kept; of an earlier row where it is before the current row's first edge. */
  const edgeTo = new Int32Array(rowCount).fill(-1);
  for (let row = 0; row < rowCount; row++) {
    let edgeCount = coarseIndptr[row];
    const end = Math.min((row + 1) * ROWS_PER_RUN, graph.spotCount);
    for (let place = row * ROWS_PER_RUN; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      const share = (sizes ? sizes[spot] : 1) / coarseSizes[row];
      for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
        const other = rowOf[indices[e]];
        if (other === row) continue;
        if (edgeTo[other] < coarseIndptr[row]) {
          edgeTo[other] = edgeCount;
          coarseIndices[edgeCount++] = other;
        }
        coarseWeights[edgeTo[other]] += EDGE_SHARE * share * (weights ? weights[e] : 1);
      }
    }
  }
  return {
    graph: { spotCount: rowCount, indptr: coarseIndptr, indices: coarseIndices },
    weights: coarseWeights,
    sizes: coarseSizes,
    rowOf,
  };
}

/** Finer rows in spatial order: those of places `start` to `end`, which begin and end with whole coarse rows. */
export interface FineRows {
  readonly statistics: StatArray;
  readonly start: number;
  readonly end: number;
  /** Where the row of `start` lies in `statistics`, and the others after it; not looked at where there is an order. */
  readonly firstRow: number;
  /** The row of each place; rows follow each other from `firstRow` if left out. */
  readonly spatialOrder?: Int32Array;
  readonly sizes?: Float64Array;
}

/** Writes the mean statistics of the coarse rows that some finer rows make up, weighted by the spots they stand for. */
export function averageStatistics(
  { statistics, start, end, firstRow, spatialOrder, sizes }: FineRows,
  coarseSizes: Float64Array,
  statWidth: number,
  coarseStatistics: StatArray,
): void {
  const sums = new Float64Array(statWidth);
  for (let first = start; first < end; first += ROWS_PER_RUN) {
    const row = first / ROWS_PER_RUN;
    sums.fill(0);
    for (let place = first; place < Math.min(first + ROWS_PER_RUN, end); place++) {
      const spot = spatialOrder ? spatialOrder[place] : firstRow + place - start;
      const share = (sizes ? sizes[spot] : 1) / coarseSizes[row];
      for (let s = 0; s < statWidth; s++) sums[s] += share * statistics[spot * statWidth + s];
    }
    coarseStatistics.set(sums, row * statWidth);
  }
}

/** Fills `coarseIndptr` with where each coarse row's edges begin. */
function countEdges({ graph, spatialOrder }: LevelGraph, rowOf: Int32Array, coarseIndptr: Int32Array): void {
  const rowCount = coarseIndptr.length - 1;
  const lastFrom = new Int32Array(rowCount).fill(-1);
  for (let row = 0; row < rowCount; row++) {
    let edgeCount = coarseIndptr[row];
    const end = Math.min((row + 1) * ROWS_PER_RUN, graph.spotCount);
    for (let place = row * ROWS_PER_RUN; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      for (let e = graph.indptr[spot]; e < graph.indptr[spot + 1]; e++) {
        const other = rowOf[graph.indices[e]];
        if (other === row || lastFrom[other] === row) continue;
        lastFrom[other] = row;
        edgeCount++;
      }
    }
    coarseIndptr[row + 1] = edgeCount;
  }
}

/** The answer of a coarse level. */
export interface CoarseAnswer {
  readonly typeCount: number;
  /** The coarse row of each finer row. */
  readonly rowOf: Int32Array;
  /** The coarse row of the finer row that each entry of the graph names; looked up in `rowOf` if left out. */
  readonly neighborRows?: Int32Array;
  readonly abundance: StatArray;
}

/**
 * Starts the finer rows from `start` to `end` from the coarse answer: half of it is that of the row's own coarse row, half
 * the mean over the coarse rows of its neighbours, which takes the steps off.
 *
 * @param fine the rows' abundances, from its beginning
 */
export function prolong(
  { graph: { indptr, indices }, weights }: LevelGraph,
  { typeCount, rowOf, neighborRows, abundance: coarse }: CoarseAnswer,
  fine: StatArray,
  { start, end }: SpotRange,
): void {
  const sums = new Float64Array(typeCount);
  for (let spot = start; spot < end; spot++) {
    const from = indptr[spot];
    const to = indptr[spot + 1];
    let weight = 0;
    for (let e = from; e < to; e++) weight += weights ? weights[e] : 1;
    const at = (spot - start) * typeCount;
    const own = rowOf[spot];
    // Neighbours of the same coarse row, half of them or so, have its answer too.
    let ownShare = weight > 0 ? 0.5 : 1;
    sums.fill(0);
    for (let e = from; e < to; e++) {
      const share = (0.5 * (weights ? weights[e] : 1)) / weight;
      const other = neighborRows ? neighborRows[e] : rowOf[indices[e]];
      if (other === own) {
        ownShare += share;
        continue;
      }
      const row = other * typeCount;
      for (let k = 0; k < typeCount; k++) sums[k] += share * coarse[row + k];
    }
    for (let k = 0; k < typeCount; k++) fine[at + k] = ownShare * coarse[own * typeCount + k] + sums[k];
  }
}
