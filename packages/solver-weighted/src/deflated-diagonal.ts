import type { SymmetricEigen } from "@flashdeconv/solver";

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

/**
 * Minimises 1/2 x'(B + A)x - (relaxation r + (B + A) old)'x over x >= 0, with the bound B and the diagonal A = `added`: one step from
 * `old` with negative gradient r. With t = that right-hand side, x = max(0, (t - tau v) / (rest + added)) for the one
 * tau = excess v'x, found by Newton steps on a piecewise linear increasing concave function: from below, never back.
 *
 * @param t K numbers: relaxation r when it begins; overwritten
 * @param inverse K numbers of scratch
 * @param x K numbers, the result
 */
export function deflatedDiagonalStep(
  { direction: v, excess, rest }: DeflatedGram,
  added: Float64Array,
  old: Float64Array,
  t: Float64Array,
  inverse: Float64Array,
  x: Float64Array,
): void {
  const typeCount = v.length;
  let along = 0;
  for (let k = 0; k < typeCount; k++) along += v[k] * old[k];
  along *= excess;
  let vt = 0;
  let vv = 0;
  for (let k = 0; k < typeCount; k++) {
    const a = rest + added[k];
    const inverted = 1 / a;
    inverse[k] = inverted;
    t[k] += a * old[k] + along * v[k];
    if (old[k] > 0) {
      vt += v[k] * t[k] * inverted;
      vv += v[k] * v[k] * inverted;
    }
  }
  let tau = (excess * vt) / (1 + excess * vv);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    vt = 0;
    vv = 0;
    for (let k = 0; k < typeCount; k++) {
      if (t[k] <= tau * v[k]) continue;
      vt += v[k] * t[k] * inverse[k];
      vv += v[k] * v[k] * inverse[k];
    }
    const next = (excess * vt) / (1 + excess * vv);
    if (next === tau) break;
    tau = next;
  }
  for (let k = 0; k < typeCount; k++) {
    const value = t[k] - tau * v[k];
    x[k] = value > 0 ? value * inverse[k] : 0;
  }
}
