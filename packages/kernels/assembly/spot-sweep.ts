import { added, setNnls, solveNnls, target, updated } from "./exact-nnls";
import { addProducts, K, P, setGram } from "./gram";
import { greaterLane, indexAt, numberAt, storedAt, storedPair, sumOfLanes } from "./memory";

// Updates and judges the spots of a least-squares problem in place, in memory that all threads share. Twins:
// packages/solver/src/sweep-spots.ts and assess-spots.ts, with what they call. Every operation on doubles is the twin's, in its
// order, so that both give the same bits; vectors hold numbers of two types side by side.

let lambda: f64 = 0;
let sparsity: f64 = 0;
/** From this shift on one step on the bound of the Gram matrix takes the place of the exact answer. */
let deflatedShift: f64 = Infinity;
let top: f64 = 0;
let rest: f64 = 0;
let smallest: f64 = 0;

let direction: usize = 0;
let old: usize = 0;
let product: usize = 0;

/** Where a thread's own numbers lie: gram (K x P), direction, old and product (P each), what the exact solver needs. */
export function configure(
  base: usize,
  typeCount: usize,
  lambda_: f64,
  sparsity_: f64,
  deflatedShift_: f64,
  top_: f64,
  rest_: f64,
  smallest_: f64,
): void {
  lambda = lambda_;
  sparsity = sparsity_;
  deflatedShift = deflatedShift_;
  top = top_;
  rest = rest_;
  smallest = smallest_;
  direction = setGram(base, typeCount);
  old = direction + (P << 3);
  product = old + (P << 3);
  setNnls(product + (P << 3));
}

/** Fills `target` and `old`, two or four types at a time over all neighbours. Returns the shift. */
@inline
function loadSpot(
  spot: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  isStatDouble: bool,
  isDouble: bool,
): f64 {
  const size: usize = isDouble ? 3 : 2;
  const from = indexAt(indptr, spot);
  const to = indexAt(indptr, spot + 1);
  const inPairs = from + ((to - from) & ~1);
  const row = abundance + ((spot * K) << size);
  const stat = statistics + ((spot * (K + 1)) << (isStatDouble ? 3 : 2));
  const strength = f64x2.splat(lambda);
  const penalty = f64x2.splat(sparsity);
  let k: usize = 0;
  for (; k + 4 <= K; k += 4) {
    let a = f64x2.splat(0);
    let b = a;
    let e = from;
    if (weights === 0) {
      for (; e < inPairs; e += 2) {
        const first = abundance + ((indexAt(indices, e) * K + k) << size);
        const second = abundance + ((indexAt(indices, e + 1) * K + k) << size);
        a = f64x2.add(a, f64x2.add(storedPair(first, 0, isDouble), storedPair(second, 0, isDouble)));
        b = f64x2.add(b, f64x2.add(storedPair(first, 2, isDouble), storedPair(second, 2, isDouble)));
      }
      if (e < to) {
        const last = abundance + ((indexAt(indices, e) * K + k) << size);
        a = f64x2.add(a, storedPair(last, 0, isDouble));
        b = f64x2.add(b, storedPair(last, 2, isDouble));
      }
    } else {
      for (; e < inPairs; e += 2) {
        const first = abundance + ((indexAt(indices, e) * K + k) << size);
        const second = abundance + ((indexAt(indices, e + 1) * K + k) << size);
        const share = f64x2.splat(numberAt(weights, e));
        const other = f64x2.splat(numberAt(weights, e + 1));
        a = f64x2.add(
          a,
          f64x2.add(
            f64x2.mul(share, storedPair(first, 0, isDouble)),
            f64x2.mul(other, storedPair(second, 0, isDouble)),
          ),
        );
        b = f64x2.add(
          b,
          f64x2.add(
            f64x2.mul(share, storedPair(first, 2, isDouble)),
            f64x2.mul(other, storedPair(second, 2, isDouble)),
          ),
        );
      }
      if (e < to) {
        const last = abundance + ((indexAt(indices, e) * K + k) << size);
        const share = f64x2.splat(numberAt(weights, e));
        a = f64x2.add(a, f64x2.mul(share, storedPair(last, 0, isDouble)));
        b = f64x2.add(b, f64x2.mul(share, storedPair(last, 2, isDouble)));
      }
    }
    const at = target + (k << 3);
    v128.store(at, f64x2.add(f64x2.sub(storedPair(stat, k, isStatDouble), penalty), f64x2.mul(strength, a)));
    v128.store(
      at,
      f64x2.add(f64x2.sub(storedPair(stat, k + 2, isStatDouble), penalty), f64x2.mul(strength, b)),
      16,
    );
    v128.store(old + (k << 3), storedPair(row, k, isDouble));
    v128.store(old + (k << 3), storedPair(row, k + 2, isDouble), 16);
  }
  for (; k < K; k++) {
    let sum: f64 = 0;
    let e = from;
    for (; e < inPairs; e += 2) {
      const first = storedAt(abundance, indexAt(indices, e) * K + k, isDouble);
      const second = storedAt(abundance, indexAt(indices, e + 1) * K + k, isDouble);
      sum += weights === 0 ? first + second : numberAt(weights, e) * first + numberAt(weights, e + 1) * second;
    }
    if (e < to) {
      const last = storedAt(abundance, indexAt(indices, e) * K + k, isDouble);
      sum += weights === 0 ? last : numberAt(weights, e) * last;
    }
    store<f64>(target + (k << 3), storedAt(stat, k, isStatDouble) - sparsity + lambda * sum);
    store<f64>(old + (k << 3), storedAt(row, k, isDouble));
  }
  let weight = <f64>(to - from);
  if (weights !== 0) {
    weight = 0;
    let e = from;
    for (; e < inPairs; e += 2) weight += numberAt(weights, e) + numberAt(weights, e + 1);
    if (e < to) weight += numberAt(weights, e);
  }
  return lambda * weight;
}

/** `product` = (G + shift I) old. */
@inline
function multiplyOld(shift: f64): void {
  const shifts = f64x2.splat(shift);
  for (let k: usize = 0; k < P; k += 2) {
    v128.store(product + (k << 3), f64x2.mul(shifts, v128.load(old + (k << 3))));
  }
  addProducts(old, product);
}

/** One step on the bound, from `updated` along `target`, which holds the negative gradient; overwrites `product`. */
@inline
function deflatedStep(shift: f64, relaxation: f64): void {
  const a = rest + shift;
  const c = top - rest;
  const zero = f64x2.splat(0);
  let alongs = zero;
  for (let k: usize = 0; k < P; k += 2) {
    alongs = f64x2.add(alongs, f64x2.mul(v128.load(direction + (k << 3)), v128.load(updated + (k << 3))));
  }
  const slope = f64x2.splat(c * sumOfLanes(alongs));
  const scale = f64x2.splat(a);
  const relaxations = f64x2.splat(relaxation);
  let products = zero;
  let squares = zero;
  for (let k: usize = 0; k < P; k += 2) {
    const v = v128.load(direction + (k << 3));
    const x = v128.load(updated + (k << 3));
    const value = f64x2.add(
      f64x2.add(f64x2.mul(scale, x), f64x2.mul(relaxations, v128.load(target + (k << 3)))),
      f64x2.mul(slope, v),
    );
    v128.store(product + (k << 3), value);
    const entry = v128.and(v, f64x2.gt(x, zero));
    products = f64x2.add(products, f64x2.mul(entry, value));
    squares = f64x2.add(squares, f64x2.mul(entry, v));
  }
  let tau = (c * sumOfLanes(products)) / (a + c * sumOfLanes(squares));
  for (let round = 0; round < 50; round++) {
    const taus = f64x2.splat(tau);
    products = zero;
    squares = zero;
    for (let k: usize = 0; k < P; k += 2) {
      const v = v128.load(direction + (k << 3));
      const value = v128.load(product + (k << 3));
      const entry = v128.and(v, f64x2.gt(value, f64x2.mul(taus, v)));
      products = f64x2.add(products, f64x2.mul(entry, value));
      squares = f64x2.add(squares, f64x2.mul(entry, v));
    }
    const next = (c * sumOfLanes(products)) / (a + c * sumOfLanes(squares));
    if (next === tau) break;
    tau = next;
  }
  const taus = f64x2.splat(tau);
  for (let k: usize = 0; k < P; k += 2) {
    const value = f64x2.sub(
      v128.load(product + (k << 3)),
      f64x2.mul(taus, v128.load(direction + (k << 3))),
    );
    v128.store(updated + (k << 3), v128.and(f64x2.div(value, scale), f64x2.gt(value, zero)));
  }
}

@inline
function sweep(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  relaxation: f64,
  isStatDouble: bool,
  isDouble: bool,
): f64 {
  const size: usize = isDouble ? 3 : 2;
  let largestChange: f64 = 0;
  for (let i: usize = 0; i < spotCount; i++) {
    const spot = indexAt(spots, i);
    const shift = loadSpot(spot, statistics, abundance, indptr, indices, weights, isStatDouble, isDouble);
    for (let k: usize = 0; k < P; k += 2) v128.store(updated + (k << 3), v128.load(old + (k << 3)));
    if (shift >= deflatedShift) {
      multiplyOld(shift);
      for (let k: usize = 0; k < P; k += 2) {
        const at = target + (k << 3);
        v128.store(at, f64x2.sub(v128.load(at), v128.load(product + (k << 3))));
      }
      deflatedStep(shift, relaxation);
    } else {
      if (relaxation !== 1) {
        multiplyOld(shift);
        const ahead = f64x2.splat(relaxation);
        const back = f64x2.splat(1 - relaxation);
        for (let k: usize = 0; k < P; k += 2) {
          const at = target + (k << 3);
          const moved = f64x2.mul(back, v128.load(product + (k << 3)));
          v128.store(at, f64x2.add(f64x2.mul(ahead, v128.load(at)), moved));
        }
      }
      const shifts = f64x2.splat(shift);
      for (let k: usize = 0; k < P; k += 2) v128.store(added + (k << 3), shifts);
      solveNnls();
    }
    const row = abundance + ((spot * K) << size);
    let changes = f64x2.splat(0);
    for (let k: usize = 0; k < P; k += 2) {
      const moved = f64x2.sub(v128.load(updated + (k << 3)), v128.load(old + (k << 3)));
      changes = f64x2.pmax(changes, f64x2.abs(moved));
    }
    let total: f64 = 0;
    let oldTotal: f64 = 0;
    for (let k: usize = 0; k < K; k++) {
      const amount = numberAt(updated, k);
      if (isDouble) store<f64>(row + (k << 3), amount);
      else store<f32>(row + (k << 2), <f32>amount);
      total += amount;
      oldTotal += numberAt(old, k);
    }
    const change = greaterLane(changes);
    if (change > 0) largestChange = max<f64>(largestChange, change / max<f64>(total, oldTotal));
  }
  return largestChange;
}

/** Sum over neighbours of |b_i - b_j|^2. */
@inline
function roughness(spot: usize, abundance: usize, indptr: usize, indices: usize, isDouble: bool): f64 {
  const size: usize = isDouble ? 3 : 2;
  const to = indexAt(indptr, spot + 1);
  let sums = f64x2.splat(0);
  for (let e = indexAt(indptr, spot); e < to; e++) {
    const other = abundance + ((indexAt(indices, e) * K) << size);
    let k: usize = 0;
    for (; k + 1 < K; k += 2) {
      const difference = f64x2.sub(v128.load(old + (k << 3)), storedPair(other, k, isDouble));
      sums = f64x2.add(sums, f64x2.mul(difference, difference));
    }
    if (k < K) {
      const difference = numberAt(old, k) - storedAt(other, k, isDouble);
      sums = f64x2.add(sums, f64x2.replace_lane(f64x2.splat(0), 0, difference * difference));
    }
  }
  return sumOfLanes(sums);
}

@inline
function assess(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  out: usize,
  isStatDouble: bool,
  isDouble: bool,
): void {
  const size: usize = isDouble ? 3 : 2;
  const onProportion = 1 + sqrt<f64>(<f64>K);
  let objective: f64 = 0;
  let kktResidual: f64 = 0;
  let proportionErrorBound: f64 = 0;
  for (let i: usize = 0; i < spotCount; i++) {
    const spot = indexAt(spots, i);
    const shift = loadSpot(spot, statistics, abundance, indptr, indices, weights, isStatDouble, isDouble);
    multiplyOld(shift);
    const stat = statistics + ((spot * (K + 1)) << (isStatDouble ? 3 : 2));
    let value = storedAt(stat, K, isStatDouble) / 2;
    let total: f64 = 0;
    let squares: f64 = 0;
    for (let k: usize = 0; k < K; k++) {
      const amount = numberAt(old, k);
      const stepped = numberAt(product, k);
      value += amount * ((stepped - shift * amount) / 2 - storedAt(stat, k, isStatDouble) + sparsity);
      total += amount;
      const gradient = stepped - numberAt(target, k);
      const violation = amount > 0 ? abs<f64>(gradient) : max<f64>(0, -gradient);
      squares += violation * violation;
      kktResidual = max<f64>(kktResidual, violation);
    }
    objective += value + (lambda / 4) * roughness(spot, abundance, indptr, indices, isDouble);
    if (squares > 0) {
      const bound = (onProportion * sqrt<f64>(squares)) / (smallest * total);
      proportionErrorBound = max<f64>(proportionErrorBound, bound);
    }
  }
  store<f64>(out, objective);
  store<f64>(out, kktResidual, 8);
  store<f64>(out, proportionErrorBound, 16);
}

/** Updates spots in their order. All arrays by their addresses; `weights` at 0 stands for none. Returns the largest change. */
export function sweepFloat32(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  relaxation: f64,
): f64 {
  return sweep(spots, spotCount, statistics, abundance, indptr, indices, weights, relaxation, false, false);
}

/** The same of statistics and abundances in double precision. */
export function sweepFloat64(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  relaxation: f64,
): f64 {
  return sweep(spots, spotCount, statistics, abundance, indptr, indices, weights, relaxation, true, true);
}

/** The same of statistics in single and abundances in double precision. */
export function sweepMixed(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  relaxation: f64,
): f64 {
  return sweep(spots, spotCount, statistics, abundance, indptr, indices, weights, relaxation, false, true);
}

/** Judges spots: writes objective, largest violation and bound of the error to `out`. */
export function assessFloat32(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  out: usize,
): void {
  assess(spots, spotCount, statistics, abundance, indptr, indices, weights, out, false, false);
}

/** The same of statistics and abundances in double precision. */
export function assessFloat64(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  out: usize,
): void {
  assess(spots, spotCount, statistics, abundance, indptr, indices, weights, out, true, true);
}

/** The same of statistics in single and abundances in double precision. */
export function assessMixed(
  spots: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  out: usize,
): void {
  assess(spots, spotCount, statistics, abundance, indptr, indices, weights, out, false, true);
}
