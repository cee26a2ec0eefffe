import { K } from "./gram";
import {
  direction,
  epsilon,
  excess,
  findTau,
  greatestOfQuad,
  inverse,
  least,
  multiplyRow,
  Q,
  quadAt,
  sumOfQuad,
  target,
  updated,
} from "./single-problem";
import { clearSums, loadQuad, products, squares } from "./single-prior";

// One spot's step on the bound in single precision: where abundances and statistics are stored so, doubles would say no more. Twin:
// packages/solver-weighted/src/single-spot.ts.

/** The spot at hand, as `stepSingle` is told of it. */
let isNear: bool = false;
let change: f64 = 0;

/** One step on the bound, into `updated`. Notes whether it is short enough to lower the objective, and the largest change. */
@inline
function stepRow(
  row: usize,
  stat: usize,
  share: f32,
  relaxation: f32,
  along: f32,
  weight: f32,
  abundance: usize,
  from: usize,
  to: usize,
  indices: usize,
  weights: usize,
  isBound: bool,
): void {
  clearSums();
  let k: usize = 0;
  for (; k + 4 <= K; k += 4) {
    loadQuad(
      k,
      row,
      stat,
      share,
      relaxation,
      along,
      weight,
      abundance,
      from,
      to,
      indices,
      weights,
      false,
      isBound,
    );
  }
  if (k < K) {
    loadQuad(
      k,
      row,
      stat,
      share,
      relaxation,
      along,
      weight,
      abundance,
      from,
      to,
      indices,
      weights,
      true,
      isBound,
    );
  }
  const taus = f32x4.splat(findTau(products, squares));
  const zero = f32x4.splat(0);
  const near = <f32>0.5 * relaxation;
  const nears = f32x4.splat(near);
  const lefts = f32x4.splat(1 - near);
  const floors = f32x4.splat(2 * epsilon);
  let far = zero;
  let changes = zero;
  let totals = zero;
  let oldTotals = zero;
  for (k = 0; k < Q; k += 4) {
    const at = k << 2;
    const own = k + 4 <= K ? v128.load(row + at) : quadAt(row, k, true);
    const value = f32x4.sub(v128.load(target + at), f32x4.mul(taus, v128.load(direction + at)));
    const moved = v128.and(f32x4.mul(value, v128.load(inverse + at)), f32x4.gt(value, zero));
    v128.store(updated + at, moved);
    if (!isBound) {
      const floor = f32x4.mul(lefts, f32x4.add(v128.load(least + at), floors));
      far = v128.or(far, f32x4.lt(moved, f32x4.sub(f32x4.mul(nears, own), floor)));
    }
    changes = f32x4.pmax(changes, f32x4.abs(f32x4.sub(moved, own)));
    totals = f32x4.add(totals, moved);
    oldTotals = f32x4.add(oldTotals, own);
  }
  isNear = !v128.any_true(far);
  const greatest = greatestOfQuad(changes);
  change = greatest > 0 ? <f64>greatest / <f64>max<f32>(sumOfQuad(totals), sumOfQuad(oldTotals)) : 0;
}

/**
 * Updates a spot of so many counts, on which neighbours or the tissue pull, by one step on the bound. Returns the largest change, next
 * to the spot's total.
 */
@inline
export function stepSingle(
  spot: usize,
  stat: usize,
  depth: f64,
  weight: f64,
  abundance: usize,
  from: usize,
  to: usize,
  indices: usize,
  weights: usize,
  relaxation_: f64,
): f64 {
  const row = abundance + ((spot * K) << 2);
  const share = <f32>(1 / depth);
  const relaxation = <f32>relaxation_;
  const w = <f32>weight;
  multiplyRow(row);
  let alongs = f32x4.splat(0);
  let k: usize = 0;
  for (; k + 4 <= K; k += 4) {
    alongs = f32x4.add(alongs, f32x4.mul(v128.load(direction + (k << 2)), v128.load(row + (k << 2))));
  }
  if (k < K) alongs = f32x4.add(alongs, f32x4.mul(v128.load(direction + (k << 2)), quadAt(row, k, true)));
  const along: f32 = (1 - relaxation) * (excess * sumOfQuad(alongs));
  stepRow(row, stat, share, relaxation, along, w, abundance, from, to, indices, weights, false);
  if (!isNear) stepRow(row, stat, share, relaxation, along, w, abundance, from, to, indices, weights, true);
  for (k = 0; k + 4 <= K; k += 4) v128.store(row + (k << 2), v128.load(updated + (k << 2)));
  for (; k < K; k++) store<f32>(row + (k << 2), load<f32>(updated + (k << 2)));
  return change;
}
