import type { CsrChunk, NeighborGraph } from "@flashdeconv/core";
import { symmetricEigen } from "@flashdeconv/solver/internal";
import { summarizeCounts } from "@flashdeconv/solver-weighted";
import { thinCounts } from "../thin-counts.js";

export interface LocalVariation {
  /** Raw counts over the genes in use. */
  readonly counts: CsrChunk;
  /** Their spots' numbers in the section. */
  readonly spots: Int32Array;
  readonly neighbors: NeighborGraph;
  /** M x K that were fitted to the counts. */
  readonly proportions: Float64Array;
  /** K x K, and G x K: what a count of each gene says of each type. */
  readonly gram: Float64Array;
  readonly projection: Float64Array;
  /** G: shares of the genes in the section. */
  readonly shares: Float64Array;
  readonly overdispersion: number;
}

/** So many cells are as good as endless, and so few are one. */
const MOST_CELLS = 300;
/** A spot counts for its counts, but for no more than so many times the middle one's. */
const MOST_WEIGHT = 4;
/** Directions of the Gram matrix with less than this share of the middle eigenvalue are not looked at. */
const LEAST_EIGENVALUE = 1e-3;

/**
 * How many cells spots seem to hold: the fewer there are, the more composition differs between neighbours by chance. What differs is taken from
 * counts split in two, so noise counts for nothing, less what the fit has of it already and what overdispersion makes. With c cells
 * drawn from p, X W q has the variance G (diag p - p p') G / c.
 */
export function effectiveCells(variation: LocalVariation): number {
  const { counts, spots, neighbors, proportions, gram, projection, overdispersion } = variation;
  const { spotCount } = counts;
  const typeCount = Math.sqrt(gram.length);
  const halves = thinCounts(counts, spots);
  const [first, second] = [halves.first, halves.second].map((half) => {
    const rows = new Float64Array(spotCount * (typeCount + 1));
    summarizeCounts(half, projection, typeCount, rows);
    return rows;
  });
  const depthOf = (spot: number) =>
    Math.min(first[spot * (typeCount + 1) + typeCount], second[spot * (typeCount + 1) + typeCount]) > 0
      ? first[spot * (typeCount + 1) + typeCount] + second[spot * (typeCount + 1) + typeCount]
      : 0;
  const depths = Float64Array.from({ length: spotCount }, (_, spot) => depthOf(spot));
  const sorted = depths.filter((depth) => depth > 0).sort();
  const most = sorted.length > 0 ? MOST_WEIGHT * sorted[sorted.length >> 1] : 0;
  const seen = [first, second].map((rows) => perCount(rows, typeCount));
  const fitted = multiplied(proportions, gram, typeCount);
  const inverse = inverseOf(gram, typeCount, "left out");
  const scatter = scatterOf(variation, inverse);
  const rows = [seen[0], seen[1], fitted].map(() => new Float64Array(typeCount));
  let [left, squares, perCell] = [0, 0, 0];
  const { indptr, indices } = neighbors;
  for (let spot = 0; spot < spotCount; spot++) {
    const weight = Math.min(depths[spot], most);
    if (!(weight > 0) || Number.isNaN(proportions[spot * typeCount])) continue;
    let degree = 0;
    for (let e = indptr[spot]; e < indptr[spot + 1]; e++) if (depths[indices[e]] > 0) degree++;
    if (degree === 0) continue;
    for (const [i, values] of [seen[0], seen[1], fitted].entries()) {
      for (let k = 0; k < typeCount; k++) {
        let sum = 0;
        for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
          if (depths[indices[e]] > 0) sum += values[indices[e] * typeCount + k];
        }
        rows[i][k] = values[spot * typeCount + k] - sum / degree;
      }
    }
    const share = weight * (1 + 1 / degree);
    const observed = weight * product(rows[0], inverse, rows[1]);
    const explained = weight * product(rows[2], inverse, rows[2]);
    const own = observed - explained - share * overdispersion * scatter;
    left += own;
    squares += own * own;
    for (let k = 0; k < typeCount; k++) {
      const p = proportions[spot * typeCount + k];
      perCell += share * p * (gram[k * typeCount + k] - fitted[spot * typeCount + k]);
    }
  }
  // Where counts leave it open, differences are taken to be as great as they may well be.
  const differing = Math.max(0, left) + Math.sqrt(squares);
  return differing > 0 ? Math.max(1, Math.min(MOST_CELLS, perCell / differing)) : MOST_CELLS;
}

/** M x K: sums of weighed counts by their number. */
function perCount(rows: Float64Array, typeCount: number): Float64Array {
  const spotCount = rows.length / (typeCount + 1);
  const out = new Float64Array(spotCount * typeCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const depth = rows[spot * (typeCount + 1) + typeCount];
    for (let k = 0; k < typeCount && depth > 0; k++) {
      out[spot * typeCount + k] = rows[spot * (typeCount + 1) + k] / depth;
    }
  }
  return out;
}

function multiplied(rows: Float64Array, matrix: Float64Array, size: number): Float64Array {
  const out = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at += size) {
    for (let k = 0; k < size; k++) {
      let sum = 0;
      for (let l = 0; l < size; l++) sum += matrix[k * size + l] * rows[at + l];
      out[at + k] = Number.isNaN(sum) ? 0 : sum;
    }
  }
  return out;
}

/** The inverse, of which directions that counts hardly tell apart are left out, or raised to where they do. */
function inverseOf(gram: Float64Array, size: number, small: "left out" | "raised"): Float64Array {
  const { values, vectors } = symmetricEigen(gram, size);
  const least = LEAST_EIGENVALUE * values[size >> 1];
  const out = new Float64Array(size * size);
  for (let e = 0; e < size; e++) {
    if (!(values[e] > least) && small === "left out") continue;
    for (let k = 0; k < size; k++) {
      const scaled = vectors[e * size + k] / Math.max(values[e], least, Number.MIN_VALUE);
      for (let l = 0; l < size; l++) out[k * size + l] += scaled * vectors[e * size + l];
    }
  }
  return out;
}

/** K: what a count says of each type where the others are free, as an inverse variance. */
export function informationOf(gram: Float64Array, typeCount: number): Float64Array {
  const inverse = inverseOf(gram, typeCount, "raised");
  return Float64Array.from({ length: typeCount }, (_, k) => 1 / inverse[k * typeCount + k]);
}

/** tr(G^-1 X W diag(x^2) W X'), x the section's shares: what overdispersion of one adds. */
function scatterOf({ projection, shares }: LocalVariation, inverse: Float64Array): number {
  const typeCount = projection.length / shares.length;
  let sum = 0;
  for (let g = 0; g < shares.length; g++) {
    const row = projection.subarray(g * typeCount, (g + 1) * typeCount);
    sum += shares[g] * shares[g] * product(row, inverse, row);
  }
  return sum;
}

function product(a: Float64Array, matrix: Float64Array, b: Float64Array): number {
  const size = a.length;
  let sum = 0;
  for (let k = 0; k < size; k++) {
    let row = 0;
    for (let l = 0; l < size; l++) row += matrix[k * size + l] * b[l];
    sum += a[k] * row;
  }
  return sum;
}
