import { type DeflatedBound, dotByTwos, findTau, type TauSearch } from "@flashdeconv/solver/internal";

/** Numbers of a step on the bound, made once per thread. `leaning` is v over the bound's diagonal. */
export interface DeflatedWorkspace extends TauSearch {
  /** One over the bound's diagonal. */
  readonly inverse: Float64Array;
}

/**
 * Minimises 1/2 x'(B + A)x - (relaxation r + (B + A) old)'x over x >= 0, with the bound B and the diagonal A = `added`: one step from
 * `old` with negative gradient r. With t = that right-hand side, x = max(0, (t - tau v) / (rest + added)) for the one
 * tau = excess v'x. A diagonal of K numbers is why this is not the solver's `deflatedStep`, which divides by one.
 *
 * Sums are made of two, over even and over odd types, as a vector of two numbers makes them.
 *
 * @param work its `target` is relaxation r when it begins; all but the direction is overwritten
 * @param x K numbers, the result
 */
export function deflatedDiagonalStep(
  { direction: v, excess, rest }: DeflatedBound,
  work: DeflatedWorkspace,
  added: Float64Array,
  old: Float64Array,
  x: Float64Array,
): void {
  const typeCount = v.length;
  const { inverse, leaning, target: t } = work;
  const along = excess * dotByTwos(v, old);
  let even = 0;
  let odd = 0;
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
  const start = (excess * (even + odd)) / (1 + excess * (evenSquares + oddSquares));
  const tau = findTau(work, excess, 1, start);
  for (let k = 0; k < typeCount; k++) {
    const value = t[k] - tau * v[k];
    x[k] = value > 0 ? value * inverse[k] : 0;
  }
}
