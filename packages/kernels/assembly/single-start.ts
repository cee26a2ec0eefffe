import { K } from "./gram";
import {
  composition,
  direction,
  findTau,
  inverse,
  leaning,
  multiplyRow,
  product,
  Q,
  quadAt,
  rest,
  target,
  updated,
} from "./single-problem";

// Where a spot starts, in single precision. Twin: `startSingle` in packages/solver-weighted/src/single-spot.ts.

/** Rounds of a start: after them sweeps go on from it as from the exact answer, or within one of it. */
const START_ROUNDS = 6;

/** Sets a spot of so many counts near to its own answer: steps on the bound from the composition, without neighbours. */
@inline
export function startSingle(spot: usize, stat: usize, depth: f64, abundance: usize): void {
  const row = abundance + ((spot * K) << 2);
  const shares = f32x4.splat(<f32>(1 / depth));
  const rests = f32x4.splat(rest);
  const inverted = f32x4.splat(1 / rest);
  const zero = f32x4.splat(0);
  let k: usize = 0;
  for (; k < Q; k += 4) {
    const at = k << 2;
    v128.store(updated + at, v128.load(composition + at));
    v128.store(leaning + at, f32x4.mul(v128.load(direction + at), inverted));
    const sums = k + 4 <= K ? v128.load(stat + at) : quadAt(stat, k, true);
    v128.store(inverse + at, f32x4.mul(shares, sums));
  }
  for (let round = 0; round < START_ROUNDS; round++) {
    multiplyRow(updated);
    let products = zero;
    let squares = zero;
    for (k = 0; k < Q; k += 4) {
      const at = k << 2;
      const x = v128.load(updated + at);
      const gap = f32x4.sub(v128.load(inverse + at), v128.load(product + at));
      const value = f32x4.add(gap, f32x4.mul(rests, x));
      v128.store(target + at, value);
      const entry = v128.and(v128.load(leaning + at), f32x4.gt(x, zero));
      products = f32x4.add(products, f32x4.mul(entry, value));
      squares = f32x4.add(squares, f32x4.mul(entry, v128.load(direction + at)));
    }
    const taus = f32x4.splat(findTau(products, squares));
    for (k = 0; k < Q; k += 4) {
      const at = k << 2;
      const value = f32x4.sub(v128.load(target + at), f32x4.mul(taus, v128.load(direction + at)));
      v128.store(updated + at, v128.and(f32x4.mul(value, inverted), f32x4.gt(value, zero)));
    }
  }
  for (k = 0; k + 4 <= K; k += 4) v128.store(row + (k << 2), v128.load(updated + (k << 2)));
  for (; k < K; k++) store<f32>(row + (k << 2), load<f32>(updated + (k << 2)));
}
