import type { CsrChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import { symmetricEigen } from "@flashdeconv/solver/internal";
import { buildCountModel, expressionProfiles, summarizeCounts } from "@flashdeconv/solver-weighted";
import type { Problem } from "../contracts/problem.js";
import { withoutNoise } from "./reference-noise.js";

/** What answers are judged by. */
export interface Judge {
  /** K x K. */
  readonly gram: Float64Array;
  /** Of the half that was held back: K products with the types and, where losses go by depth, the spot's count. */
  readonly heldBack: StatArray;
  readonly isByDepth: boolean;
  /** 1 for a spot without counts in the solved half: its answer is its neighbours' alone, and is not judged. */
  readonly isLeftOut?: Uint8Array;
  /** Whether abundances are on the scale of the counts; else only their shares are. */
  readonly isScaled: boolean;
  /** Mean loss that the truth would have, where the halves tell. */
  readonly truth?: number;
}

/**
 * Directions of the Gram matrix whose eigenvalue is far below this share of the median one are not told apart by the counts, and count for
 * little. It keeps types that are nearly the same from filling the judgement with noise.
 */
const RIDGE = 0.1;

/**
 * Judges the proportions of solvers of counts. Least squares says from a half's counts n and products c that proportions are G^-1 c / n, without
 * bias and with much noise. With R = (G + ridge)^-1 G, which leaves alone what the counts can tell, the loss of proportions p is
 *
 *   n (|R p|^2 - 2 (R p)'(G + ridge)^-1 c / n)  =  n |R (p - truth)|^2  +  noise  -  n |R truth|^2,
 *
 * and the last term follows from the two halves, whose noises are independent. Judged in counts themselves, |X'p - y|^2, strong smoothing
 * seemed better than it is on sections of few counts: most of such a loss is how well the tissue as a whole is met.
 *
 * The weights of genes are those of the count model or, for a solver that is not fed from it, those that the sample gives.
 *
 * @param noise of the reference's means, to be taken out of G. With it what least squares says lies nearer to the tissue as a whole than the
 * truth does, in both halves alike.
 */
export function countJudge(
  { statistics, signature, scale }: Problem,
  spotCount: number,
  { first, second }: { readonly first: CsrChunk; readonly second: CsrChunk },
  noise?: Float64Array,
): Judge {
  const typeCount = signature.typeNames.length;
  let { gram, projection } = statistics;
  if (scale !== "weighed counts") {
    const bulk = new Float64Array(signature.geneNames.length);
    for (const { indices, values } of [first, second]) {
      for (let i = 0; i < indices.length; i++) bulk[indices[i]] += values[i];
    }
    const profiles = expressionProfiles(signature.values, typeCount);
    const meanDepth = bulk.reduce((sum, count) => sum + count, 0) / spotCount;
    ({ gram, projection } = buildCountModel(profiles, bulk, { meanDepth, overdispersion: 0 }));
  }
  if (noise) gram = withoutNoise(gram, noise);
  const summarized = (counts: CsrChunk) => {
    const out = new Float64Array(spotCount * (typeCount + 1));
    summarizeCounts(counts, projection, typeCount, out);
    return out;
  };
  const { values, vectors } = symmetricEigen(gram, typeCount);
  const ridge = RIDGE * values[typeCount >> 1];
  const scaleBy = (power: (value: number) => number) => withEigenvalues(vectors, values.map(power));
  const inverse = scaleBy((value) => (value + ridge > 0 ? 1 / (value + ridge) : 0));
  const shrunk = scaleBy((value) => (value + ridge > 0 ? Math.max(0, value) / (value + ridge) : 0));
  const [one, other] = [summarized(first), summarized(second)];
  const isLeftOut = Uint8Array.from({ length: spotCount }, (_, spot) =>
    one[spot * (typeCount + 1) + typeCount] > 0 ? 0 : 1,
  );
  multiplyRows(inverse, one, typeCount);
  multiplyRows(inverse, other, typeCount);
  const truth = -truthSquare(one, other, typeCount);
  multiplyRows(shrunk, other, typeCount);
  return {
    gram: product(shrunk, shrunk, typeCount),
    heldBack: other,
    isByDepth: true,
    isLeftOut,
    isScaled: false,
    truth,
  };
}

/** The symmetric matrix of these eigenvectors with other eigenvalues. */
function withEigenvalues(vectors: Float64Array, values: Float64Array): Float64Array {
  const size = values.length;
  const out = new Float64Array(size * size);
  for (let e = 0; e < size; e++) {
    for (let a = 0; a < size; a++) {
      const scaled = values[e] * vectors[e * size + a];
      for (let b = 0; b < size; b++) out[a * size + b] += scaled * vectors[e * size + b];
    }
  }
  return out;
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let l = 0; l < size; l++) {
      for (let j = 0; j < size; j++) out[i * size + j] += a[i * size + l] * b[l * size + j];
    }
  }
  return out;
}

/** Multiplies the first K of each K + 1 numbers by a symmetric matrix. */
function multiplyRows(matrix: Float64Array, rows: Float64Array, typeCount: number): void {
  const row = new Float64Array(typeCount);
  for (let at = 0; at < rows.length; at += typeCount + 1) {
    for (let a = 0; a < typeCount; a++) {
      let sum = 0;
      for (let b = 0; b < typeCount; b++) sum += matrix[a * typeCount + b] * rows[at + b];
      row[a] = sum;
    }
    rows.set(row, at);
  }
}

/** Mean over the spots of n |R truth|^2, n being the other half's count; a spot without counts in one of the halves adds nothing. */
function truthSquare(one: Float64Array, other: Float64Array, typeCount: number): number {
  let squares = 0;
  for (let at = 0; at < one.length; at += typeCount + 1) {
    const depth = one[at + typeCount];
    if (!(depth > 0)) continue;
    let sum = 0;
    for (let k = 0; k < typeCount; k++) sum += one[at + k] * other[at + k];
    squares += sum / depth;
  }
  return squares / (one.length / (typeCount + 1));
}

/** Row `spot` of `rows` becomes row `places[spot]` of `out`. */
export function moveRows<A extends StatArray | Uint8Array>(rows: A, places: Int32Array, out: A): A {
  const width = rows.length / places.length;
  for (let spot = 0; spot < places.length; spot++) {
    out.set(rows.subarray(spot * width, (spot + 1) * width), places[spot] * width);
  }
  return out;
}

/** |y - x|^2 of each spot, without the part that no answer changes; 0 where the spot is left out. */
export function spotLosses(abundance: StatArray, judge: Judge, typeCount: number): Float64Array {
  const { heldBack, isLeftOut } = judge;
  const amounts = new Float64Array(typeCount);
  return Float64Array.from({ length: abundance.length / typeCount }, (_, spot) => {
    if (isLeftOut?.[spot] === 1) return 0;
    readAmounts(abundance, spot, judge, amounts);
    let product = 0;
    for (let k = 0; k < typeCount; k++) product += amounts[k] * heldBack[spot * (typeCount + 1) + k];
    return squaredLength(amounts, spot, judge) - 2 * product;
  });
}

/** Half of |a - b|^2, by spot on average. */
export function halfDifference(a: StatArray, b: StatArray, judge: Judge, typeCount: number): number {
  const spotCount = a.length / typeCount;
  const [difference, amounts] = [new Float64Array(typeCount), new Float64Array(typeCount)];
  let sum = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    readAmounts(a, spot, judge, difference);
    readAmounts(b, spot, judge, amounts);
    for (let k = 0; k < typeCount; k++) difference[k] -= amounts[k];
    sum += squaredLength(difference, spot, judge);
  }
  return sum / 2 / spotCount;
}

/** A spot's abundances, or their shares where only these are on the scale of the counts. */
function readAmounts(abundance: StatArray, spot: number, { isScaled }: Judge, out: Float64Array): void {
  const row = spot * out.length;
  let total = 0;
  for (let k = 0; k < out.length; k++) total += abundance[row + k];
  const scale = isScaled ? 1 : total > 0 ? 1 / total : 0;
  for (let k = 0; k < out.length; k++) out[k] = scale * abundance[row + k];
}

/** x'Gx of a spot; where losses go by depth, times the spot's in the held-back half. */
function squaredLength(x: Float64Array, spot: number, { gram, heldBack, isByDepth }: Judge): number {
  const typeCount = x.length;
  let square = 0;
  for (let k = 0; k < typeCount; k++) {
    if (x[k] === 0) continue;
    let product = 0;
    for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * x[l];
    square += x[k] * product;
  }
  return isByDepth ? heldBack[spot * (typeCount + 1) + typeCount] * square : square;
}
