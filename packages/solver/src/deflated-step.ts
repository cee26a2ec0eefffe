import { type DeflatedBound, dotByTwos, findTau, type TauSearch } from "./deflated-bound.js";

/**
 * Minimises the spot's objective with its Gram matrix replaced by the bound, over x >= 0: one proximal step from `x`.
 *
 * With a = rest + shift and t = a x + relaxation r + excess (v'x) v, where r is the negative gradient at x, the
 * minimum is max(0, (t - tau v) / a) for the one number tau = excess v'x of the minimum itself.
 *
 * @param descent K numbers: r
 * @param x K numbers, at least 0: where the step starts, and the result
 * @param search the bound's direction, twice, and K numbers of scratch for t
 */
export function deflatedStep(
  { direction: v, excess, rest }: DeflatedBound,
  shift: number,
  relaxation: number,
  descent: Float64Array,
  x: Float64Array,
  search: TauSearch,
): void {
  const typeCount = v.length;
  const t = search.target;
  const a = rest + shift;
  const slope = excess * dotByTwos(v, x);
  // Sums are made of two, over even and over odd types, as a vector of two numbers makes them.
  let even = 0;
  let odd = 0;
  let evenSquares = 0;
  let oddSquares = 0;
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
  const start = (excess * (even + odd)) / (a + excess * (evenSquares + oddSquares));
  const tau = findTau(search, excess, a, start);
  for (let k = 0; k < typeCount; k++) {
    const value = t[k] - tau * v[k];
    x[k] = value > 0 ? value / a : 0;
  }
}
