import type { SymmetricEigen } from "./symmetric-eigen.js";

/** Bounds a Gram matrix from above: G <= rest I + excess v v', exact on its greatest eigenvector v. */
export interface DeflatedBound {
  /** v, length 1, no entry below 0. */
  readonly direction: Float64Array;
  /** Greatest eigenvalue. */
  readonly top: number;
  /** Second greatest eigenvalue. */
  readonly rest: number;
  /** top - rest. */
  readonly excess: number;
}

/** Share by which the second eigenvalue is raised, so that rounding leaves the bound a bound. */
const ROUNDING = 1e-9;
/** Rounds after which the set of positive types is taken as it is. It settles in one or two, as the types of before mostly stay. */
const MAX_ROUNDS = 50;

/**
 * The bound from a matrix's spectrum; undefined where its greatest eigenvector has entries of both signs (a step's
 * search for tau needs one sign) or there is one type only. Signatures share much of their expression, so it has one sign.
 */
export function boundGram({ values, vectors }: SymmetricEigen): DeflatedBound | undefined {
  const size = values.length;
  if (size < 2) return undefined;
  const vector = vectors.subarray((size - 1) * size);
  const sign = vector.some((entry) => entry < 0) ? -1 : 1;
  const direction = vector.map((entry) => sign * entry);
  if (direction.some((entry) => entry < 0)) return undefined;
  const top = values[size - 1];
  const rest = Math.max(0, values[size - 2]) * (1 + ROUNDING);
  return { direction, top, rest, excess: top - rest };
}

/** The sum over types of a times b, made of two, over even and over odd types, as a vector of two numbers makes it. */
export function dotByTwos(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  for (let k = 0; k < a.length; k++) {
    if ((k & 1) === 0) even += a[k] * b[k];
    else odd += a[k] * b[k];
  }
  return even + odd;
}

/** A step on the bound and its numbers, K each; made once per thread. */
export interface DeflatedStep extends DeflatedBound {
  /** v over the bound's diagonal, times `base`. */
  readonly leaning: Float64Array;
  /** t. */
  readonly target: Float64Array;
}

/**
 * The tau = excess v'x of x = max(0, (t - tau v) / diagonal): Newton steps on a piecewise linear increasing concave function find it
 * exactly, from below, never back. Sums are made of two, as in `dotByTwos`.
 *
 * @param old abundances before the step: the search begins as if the same types were positive
 * @param base what the diagonal is counted in: the diagonal itself where it is one number, and `leaning` then v
 */
export function findTau(
  { direction: v, excess, leaning, target: t }: DeflatedStep,
  old: Float64Array,
  base: number,
): number {
  let found = 0;
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    let even = 0;
    let odd = 0;
    let evenSquares = 0;
    let oddSquares = 0;
    for (let k = 0; k < v.length; k++) {
      const isPositive = round === 0 ? old[k] > 0 : t[k] > found * v[k];
      const entry = isPositive ? leaning[k] : 0;
      if ((k & 1) === 0) {
        even += entry * t[k];
        evenSquares += entry * v[k];
      } else {
        odd += entry * t[k];
        oddSquares += entry * v[k];
      }
    }
    const next = (excess * (even + odd)) / (base + excess * (evenSquares + oddSquares));
    if (round > 0 && next === found) break;
    found = next;
  }
  return found;
}
