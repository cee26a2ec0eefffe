import type { SymmetricEigen } from "./symmetric-eigen.js";

/** Bounds a Gram matrix from above: G <= rest I + (top - rest) v v', exact on its greatest eigenvector v. */
export interface DeflatedBound {
  /** v, length 1, no entry below 0. */
  readonly direction: Float64Array;
  /** Greatest eigenvalue. */
  readonly top: number;
  /** Second greatest eigenvalue. */
  readonly rest: number;
}

/**
 * The bound from a matrix's spectrum; undefined where its greatest eigenvector has entries of both signs (the step's
 * search for tau needs one sign) or there is one type only. Signatures share much of their expression, so it has one sign.
 */
export function boundGram({ values, vectors }: SymmetricEigen): DeflatedBound | undefined {
  const size = values.length;
  if (size < 2) return undefined;
  const vector = vectors.subarray((size - 1) * size);
  const sign = vector.some((entry) => entry < 0) ? -1 : 1;
  const direction = vector.map((entry) => sign * entry);
  if (direction.some((entry) => entry < 0)) return undefined;
  return { direction, top: values[size - 1], rest: Math.max(0, values[size - 2]) * (1 + ROUNDING) };
}

/** Share by which the second eigenvalue is raised, so that rounding leaves the bound a bound. */
const ROUNDING = 1e-9;
/** Rounds after which the set of positive types is taken as it is. It settles in one or two, as the types of before mostly stay. */
const MAX_ROUNDS = 50;

/**
 * Minimises the spot's objective with its Gram matrix replaced by the bound, over x >= 0: one proximal step from `x`.
 *
 * With a = rest + shift, c = top - rest and t = a x + relaxation r + c (v'x) v, where r is the negative gradient at x, the
 * minimum is max(0, (t - tau v) / a) for the one number tau = c v'x of the minimum itself, which Newton steps on a
 * piecewise linear increasing concave function find exactly: from below, never back.
 *
 * @param descent K numbers: r
 * @param x K numbers, at least 0: where the step starts, and the result
 * @param t K numbers of scratch
 */
export function deflatedStep(
  { direction: v, top, rest }: DeflatedBound,
  shift: number,
  relaxation: number,
  descent: Float64Array,
  x: Float64Array,
  t: Float64Array,
): void {
  const typeCount = v.length;
  const a = rest + shift;
  const c = top - rest;
  // Sums are made of two, over even and over odd types, as a vector of two numbers makes them.
  let even = 0;
  let odd = 0;
  for (let k = 0; k < typeCount; k++) {
    if ((k & 1) === 0) even += v[k] * x[k];
    else odd += v[k] * x[k];
  }
  const slope = c * (even + odd);
  let evenSquares = 0;
  let oddSquares = 0;
  even = 0;
  odd = 0;
  for (let k = 0; k < typeCount; k++) {
    const value = a * x[k] + relaxation * descent[k] + slope * v[k];
    t[k] = value;
    const entry = x[k] > 0 ? v[k] : 0;
    if ((k & 1) === 0) {
      even += entry * value;
      evenSquares += entry * v[k];
    } else {
      odd += entry * value;
      oddSquares += entry * v[k];
    }
  }
  let tau = (c * (even + odd)) / (a + c * (evenSquares + oddSquares));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    even = 0;
    odd = 0;
    evenSquares = 0;
    oddSquares = 0;
    for (let k = 0; k < typeCount; k++) {
      const entry = t[k] > tau * v[k] ? v[k] : 0;
      if ((k & 1) === 0) {
        even += entry * t[k];
        evenSquares += entry * v[k];
      } else {
        odd += entry * t[k];
        oddSquares += entry * v[k];
      }
    }
    const next = (c * (even + odd)) / (a + c * (evenSquares + oddSquares));
    if (next === tau) break;
    tau = next;
  }
  for (let k = 0; k < typeCount; k++) {
    const value = t[k] - tau * v[k];
    x[k] = value > 0 ? value / a : 0;
  }
}
