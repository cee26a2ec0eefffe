import type { SymmetricEigen } from "@flashdeconv/solver/internal";

/** Bounds a Gram matrix from above: G <= rest I + (top - rest) v v', exact on its greatest eigenvector v. */
export interface DeflatedGram {
  /** v, length 1, no entry below 0. */
  readonly direction: Float64Array;
  /** Greatest eigenvalue less the second greatest. */
  readonly excess: number;
  /** Second greatest eigenvalue. */
  readonly rest: number;
}

/** Share by which the second eigenvalue is raised, so that rounding leaves the bound a bound. */
const ROUNDING = 1e-9;
/** Rounds after which the set of positive types is taken as it is; it settles in one or two. */
const MAX_ROUNDS = 50;

/** The bound from a matrix's spectrum; undefined where the greatest eigenvector has entries of both signs, or there is one type only. */
export function deflateGram({ values, vectors }: SymmetricEigen): DeflatedGram | undefined {
  const size = values.length;
  if (size < 2) return undefined;
  const vector = vectors.subarray((size - 1) * size);
  const sign = vector.some((entry) => entry < 0) ? -1 : 1;
  const direction = vector.map((entry) => sign * entry);
  if (direction.some((entry) => entry < 0)) return undefined;
  const rest = Math.max(0, values[size - 2]) * (1 + ROUNDING);
  return { direction, excess: values[size - 1] - rest, rest };
}

/** Numbers of a step on the bound, made once per thread. */
export interface DeflatedWorkspace {
  /** One over the bound's diagonal. */
  readonly inverse: Float64Array;
  /** v times that. */
  readonly leaning: Float64Array;
}

/**
 * Minimises 1/2 x'(B + A)x - (relaxation r + (B + A) old)'x over x >= 0, with the bound B and the diagonal A = `added`: one step from
 * `old` with negative gradient r. With t = that right-hand side, x = max(0, (t - tau v) / (rest + added)) for the one
 * tau = excess v'x, found by Newton steps on a piecewise linear increasing concave function: from below, never back.
 *
 * Sums are made of two, over even and over odd types, as a vector of two numbers makes them.
 *
 * @param t K numbers: relaxation r when it begins; overwritten
 * @param x K numbers, the result
 */
export function deflatedDiagonalStep(
  { direction: v, excess, rest }: DeflatedGram,
  { inverse, leaning }: DeflatedWorkspace,
  added: Float64Array,
  old: Float64Array,
  t: Float64Array,
  x: Float64Array,
): void {
  const typeCount = v.length;
  let even = 0;
  let odd = 0;
  for (let k = 0; k < typeCount; k++) {
    if ((k & 1) === 0) even += v[k] * old[k];
    else odd += v[k] * old[k];
  }
  const along = excess * (even + odd);
  even = 0;
  odd = 0;
  let evenSquares = 0;
  let oddSquares = 0;
  for (let k = 0; k < typeCount; k++) {
    const scale = rest + added[k];
    const inverted = 1 / scale;
    inverse[k] = inverted;
    leaning[k] = v[k] * inverted;
    t[k] += scale * old[k] + along * v[k];
    const entry = old[k] > 0 ? leaning[k] : 0;
    if ((k & 1) === 0) {
      even += entry * t[k];
      evenSquares += entry * v[k];
    } else {
      odd += entry * t[k];
      oddSquares += entry * v[k];
    }
  }
  let tau = (excess * (even + odd)) / (1 + excess * (evenSquares + oddSquares));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    even = 0;
    odd = 0;
    evenSquares = 0;
    oddSquares = 0;
    for (let k = 0; k < typeCount; k++) {
      const entry = t[k] > tau * v[k] ? leaning[k] : 0;
      if ((k & 1) === 0) {
        even += entry * t[k];
        evenSquares += entry * v[k];
      } else {
        odd += entry * t[k];
        oddSquares += entry * v[k];
      }
    }
    const next = (excess * (even + odd)) / (1 + excess * (evenSquares + oddSquares));
    if (next === tau) break;
    tau = next;
  }
  for (let k = 0; k < typeCount; k++) {
    const value = t[k] - tau * v[k];
    x[k] = value > 0 ? value * inverse[k] : 0;
  }
}
