import { added, setNnls, solveNnls, target, updated } from "./exact-nnls";
import { K, multiply, P } from "./gram";
import { pairAt, storedAt, sumOfLanes } from "./memory";
import { curvature, old, slope, tissueWeight } from "./relative-prior";

// The step of a spot that was loaded, in double precision. Twin: packages/solver-weighted/src/sweep-counts.ts.

/** Whether one step on the bound of the Gram matrix takes the place of the exact answer. */
let isBoundClose: bool = false;
let excess: f64 = 0;
let rest: f64 = 0;

let direction: usize = 0;
export let product: usize = 0;
let inverse: usize = 0;
let leaning: usize = 0;

/** Where the direction of the bound lies, and from where on there is room for three vectors and what the exact solver needs. */
export function setStep(
  direction_: usize,
  base: usize,
  isBoundClose_: bool,
  excess_: f64,
  rest_: f64,
): void {
  const vector = P << 3;
  isBoundClose = isBoundClose_;
  excess = excess_;
  rest = rest_;
  direction = direction_;
  product = base;
  inverse = product + vector;
  leaning = inverse + vector;
  setNnls(leaning + vector);
}

/** One step on the bound from `old`, with `product` = G old, into `updated`. */
@inline
function deflatedStep(stat: usize, depth: f64, relaxation: f64, isStatDouble: bool): void {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const rests = f64x2.splat(rest);
  const share = f64x2.splat(1 / depth);
  const relaxations = f64x2.splat(relaxation);
  let alongs = zero;
  for (let k: usize = 0; k < P; k += 2) {
    alongs = f64x2.add(alongs, f64x2.mul(v128.load(direction + (k << 3)), v128.load(old + (k << 3))));
  }
  const along = f64x2.splat(excess * sumOfLanes(alongs));
  let products = zero;
  let squares = zero;
  for (let k: usize = 0; k < P; k += 2) {
    const at = k << 3;
    const isLast = k + 1 === K;
    const sums = isLast ? pairAt(stat, k, isStatDouble, true) : pairAt(stat, k, isStatDouble, false);
    const v = v128.load(direction + at);
    const x = v128.load(old + at);
    const gap = f64x2.sub(
      f64x2.mul(share, f64x2.sub(sums, v128.load(slope + at))),
      v128.load(product + at),
    );
    const scale = f64x2.add(rests, f64x2.mul(share, v128.load(curvature + at)));
    const inverted = f64x2.div(one, scale);
    const leans = f64x2.mul(v, inverted);
    const value = f64x2.add(
      f64x2.mul(relaxations, gap),
      f64x2.add(f64x2.mul(scale, x), f64x2.mul(along, v)),
    );
    v128.store(target + at, value);
    v128.store(inverse + at, inverted);
    v128.store(leaning + at, leans);
    const entry = v128.and(leans, f64x2.gt(x, zero));
    products = f64x2.add(products, f64x2.mul(entry, value));
    squares = f64x2.add(squares, f64x2.mul(entry, v));
  }
  let tau = (excess * sumOfLanes(products)) / (1 + excess * sumOfLanes(squares));
  for (let round = 0; round < 50; round++) {
    const taus = f64x2.splat(tau);
    products = zero;
    squares = zero;
    for (let k: usize = 0; k < P; k += 2) {
      const at = k << 3;
      const v = v128.load(direction + at);
      const value = v128.load(target + at);
      const entry = v128.and(v128.load(leaning + at), f64x2.gt(value, f64x2.mul(taus, v)));
      products = f64x2.add(products, f64x2.mul(entry, value));
      squares = f64x2.add(squares, f64x2.mul(entry, v));
    }
    const next = (excess * sumOfLanes(products)) / (1 + excess * sumOfLanes(squares));
    if (next === tau) break;
    tau = next;
  }
  const taus = f64x2.splat(tau);
  for (let k: usize = 0; k < P; k += 2) {
    const at = k << 3;
    const value = f64x2.sub(v128.load(target + at), f64x2.mul(taus, v128.load(direction + at)));
    const moved = f64x2.mul(value, v128.load(inverse + at));
    v128.store(updated + at, v128.and(moved, f64x2.gt(value, zero)));
  }
}

/** The minimum of the quadratic of the spot that was loaded, or beyond it by the relaxation, into `updated`. */
@inline
export function step(stat: usize, weight: f64, relaxation: f64, isStatDouble: bool): void {
  const depth = storedAt(stat, K, isStatDouble);
  const zero = f64x2.splat(0);
  const relaxations = f64x2.splat(relaxation);
  if (!(depth > 0)) {
    for (let k: usize = 0; k < P; k += 2) {
      const at = k << 3;
      const scale = v128.load(curvature + at);
      const moved = f64x2.sub(
        v128.load(old + at),
        f64x2.div(f64x2.mul(relaxations, v128.load(slope + at)), scale),
      );
      const isMoved = v128.and(f64x2.gt(scale, zero), f64x2.gt(moved, zero));
      v128.store(updated + at, v128.and(moved, isMoved));
    }
    return;
  }
  const share = f64x2.splat(1 / depth);
  if (isBoundClose && (weight > 0 || tissueWeight > 0)) {
    multiply(old, product);
    deflatedStep(stat, depth, relaxation, isStatDouble);
    return;
  }
  for (let k: usize = 0; k < P; k += 2) {
    const at = k << 3;
    const isLast = k + 1 === K;
    const sums = isLast ? pairAt(stat, k, isStatDouble, true) : pairAt(stat, k, isStatDouble, false);
    const diagonal = f64x2.mul(share, v128.load(curvature + at));
    const x = v128.load(old + at);
    v128.store(added + at, diagonal);
    v128.store(
      target + at,
      f64x2.add(f64x2.mul(share, f64x2.sub(sums, v128.load(slope + at))), f64x2.mul(diagonal, x)),
    );
    v128.store(updated + at, x);
  }
  if (relaxation !== 1) {
    multiply(old, product);
    const back = f64x2.splat(1 - relaxation);
    for (let k: usize = 0; k < P; k += 2) {
      const at = k << 3;
      const stepped = f64x2.add(
        v128.load(product + at),
        f64x2.mul(v128.load(added + at), v128.load(old + at)),
      );
      v128.store(
        target + at,
        f64x2.add(f64x2.mul(relaxations, v128.load(target + at)), f64x2.mul(back, stepped)),
      );
    }
  }
  solveNnls();
}
