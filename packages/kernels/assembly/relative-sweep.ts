import { added, setNnls, solveNnls, target, updated } from "./exact-nnls";
import { K, multiply, P, setGram } from "./gram";
import { greaterLane, indexAt, pairAt, storedAt, sumOfLanes } from "./memory";
import {
  curvature,
  edgeWeight,
  isNear,
  loadPrior,
  majorizePrior,
  old,
  roughness,
  setPrior,
  slope,
  tissueRoughness,
  tissueWeight,
  weightOf,
} from "./relative-prior";
import { configureSingle, hasSingle, startSingle, stepSingle } from "./single-spot";

export { configureSingle };

// Updates and judges the spots of count-weighted least squares under the relative prior, in memory that all threads share. Twins:
// packages/solver-weighted/src/sweep-counts.ts and assess-counts.ts, with what they call. Every operation on doubles is the twin's, in
// its order, so that both give the same bits; vectors hold numbers of two types side by side.

/** Whether one step on the bound of the Gram matrix takes the place of the exact answer. */
let isBoundClose: bool = false;
let excess: f64 = 0;
let rest: f64 = 0;

let direction: usize = 0;
let product: usize = 0;
let inverse: usize = 0;
let leaning: usize = 0;

/** Where a thread's own numbers lie: gram (K x P), nine vectors of P, what the exact solver needs. */
export function configure(
  base: usize,
  typeCount: usize,
  edgeWeight_: f64,
  epsilon_: f64,
  tissueWeight_: f64,
  isBoundClose_: bool,
  excess_: f64,
  rest_: f64,
): void {
  isBoundClose = isBoundClose_;
  excess = excess_;
  rest = rest_;
  direction = setGram(base, typeCount);
  const vector = P << 3;
  product = setPrior(direction + vector, edgeWeight_, epsilon_, tissueWeight_);
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
function step(stat: usize, weight: f64, relaxation: f64, isStatDouble: bool): void {
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

/** Spots whose numbers are fetched together. */
const GROUP: usize = 16;
/** Bytes that come from memory at once. */
const LINE: usize = 64;

@inline
function touchBytes(at: usize, length: usize): void {
  for (let offset: usize = 0; offset < length; offset += LINE) load<u8>(at + offset);
  load<u8>(at + length - 1);
}

/**
 * Touches what a group of spots will need. Spots of a sweep lie far apart in memory, and a processor does not look so far ahead: one
 * after the other each would be waited for. Touched together they come side by side, while the group before is at work. Where their
 * neighbours are is touched a group earlier, as their rows cannot be found without.
 */
@inline
function touchGroup(
  spots: usize,
  start: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  isStatDouble: bool,
  isDouble: bool,
): void {
  const size: usize = isDouble ? 3 : 2;
  const statSize: usize = isStatDouble ? 3 : 2;
  const rowLength = K << size;
  const statLength = (K + 1) << statSize;
  const end = min<usize>(start + GROUP, spotCount);
  const farEnd = min<usize>(end + GROUP, spotCount);
  for (let i = end; i < farEnd; i++) {
    const spot = indexAt(spots, i);
    const from = indexAt(indptr, spot);
    // A spot alone may come last, and behind the last index the memory may end.
    if (from < indexAt(indptr, spot + 1)) load<u8>(indices + (from << 2));
    touchBytes(statistics + spot * statLength, statLength);
    touchBytes(abundance + spot * rowLength, rowLength);
  }
  for (let i = start; i < end; i++) {
    const spot = indexAt(spots, i);
    const to = indexAt(indptr, spot + 1);
    for (let e = indexAt(indptr, spot); e < to; e++) {
      touchBytes(abundance + indexAt(indices, e) * rowLength, rowLength);
    }
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
    if ((i & (GROUP - 1)) === 0) {
      touchGroup(spots, i + GROUP, spotCount, statistics, abundance, indptr, indices, isStatDouble, isDouble);
    }
    const stat = statistics + ((spot * (K + 1)) << (isStatDouble ? 3 : 2));
    const depth = storedAt(stat, K, isStatDouble);
    if (!isDouble && hasSingle && depth > 0) {
      const from = indexAt(indptr, spot);
      const to = indexAt(indptr, spot + 1);
      const pull = weightOf(from, to, weights);
      if (pull > 0 || tissueWeight > 0) {
        const moved = stepSingle(
          spot,
          stat,
          depth,
          pull,
          abundance,
          from,
          to,
          indices,
          weights,
          relaxation,
        );
        largestChange = max<f64>(largestChange, moved);
        continue;
      }
    }
    const weight = loadPrior(spot, depth, abundance, indptr, indices, weights, isDouble);
    step(stat, weight, relaxation, isStatDouble);
    if (!isNear(updated, relaxation)) {
      majorizePrior(spot, depth, abundance, indptr, indices, weights, isDouble);
      step(stat, weight, relaxation, isStatDouble);
    }
    const row = abundance + ((spot * K) << size);
    let changes = f64x2.splat(0);
    let totals = f64x2.splat(0);
    let oldTotals = f64x2.splat(0);
    let k: usize = 0;
    for (; k < P; k += 2) {
      const at = k << 3;
      const now = v128.load(updated + at);
      const before = v128.load(old + at);
      changes = f64x2.pmax(changes, f64x2.abs(f64x2.sub(now, before)));
      totals = f64x2.add(totals, now);
      oldTotals = f64x2.add(oldTotals, before);
      if (k + 2 <= K) {
        if (isDouble) v128.store(row + at, now);
        else v128.store64_lane(row + (k << 2), f32x4.demote_f64x2_zero(now), 0);
      } else if (isDouble) v128.store64_lane(row + at, now, 0);
      else v128.store32_lane(row + (k << 2), f32x4.demote_f64x2_zero(now), 0);
    }
    const change = greaterLane(changes);
    if (change > 0) {
      largestChange = max<f64>(largestChange, change / max<f64>(sumOfLanes(totals), sumOfLanes(oldTotals)));
    }
  }
  return largestChange;
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
  const zero = f64x2.splat(0);
  let objective: f64 = 0;
  let violations = zero;
  for (let i: usize = 0; i < spotCount; i++) {
    const spot = indexAt(spots, i);
    const stat = statistics + ((spot * (K + 1)) << (isStatDouble ? 3 : 2));
    if ((i & (GROUP - 1)) === 0) {
      touchGroup(spots, i + GROUP, spotCount, statistics, abundance, indptr, indices, isStatDouble, isDouble);
    }
    const depth = storedAt(stat, K, isStatDouble);
    const depths = f64x2.splat(depth);
    const halves = f64x2.splat(depth / 2);
    loadPrior(spot, depth, abundance, indptr, indices, weights, isDouble);
    multiply(old, product);
    const from = indexAt(indptr, spot);
    const to = indexAt(indptr, spot + 1);
    let values = zero;
    let rough = zero;
    let pulls = zero;
    for (let k: usize = 0; k < P; k += 2) {
      const at = k << 3;
      const x = v128.load(old + at);
      const stepped = v128.load(product + at);
      let sums: v128;
      if (k + 2 <= K) {
        sums = pairAt(stat, k, isStatDouble, false);
        rough = f64x2.add(rough, roughness(k, abundance, from, to, indices, weights, isDouble, false));
      } else {
        sums = pairAt(stat, k, isStatDouble, true);
        rough = f64x2.add(rough, roughness(k, abundance, from, to, indices, weights, isDouble, true));
      }
      pulls = f64x2.add(pulls, tissueRoughness(k, depth));
      values = f64x2.add(values, f64x2.mul(x, f64x2.sub(f64x2.mul(halves, stepped), sums)));
      const gradient = f64x2.add(f64x2.sub(f64x2.mul(depths, stepped), sums), v128.load(slope + at));
      const isPositive = f64x2.gt(x, zero);
      const violation = v128.bitselect(f64x2.abs(gradient), f64x2.neg(gradient), isPositive);
      violations = f64x2.pmax(violations, violation);
    }
    objective += sumOfLanes(values) + (edgeWeight / 4) * sumOfLanes(rough);
    objective += sumOfLanes(pulls) / 2;
  }
  store<f64>(out, objective);
  store<f64>(out, greaterLane(violations), 8);
}

/** Sets spots that have counts near to their own answers; only of a problem with steps in single precision. */
export function startFloat32(spots: usize, spotCount: usize, statistics: usize, abundance: usize): void {
  for (let i: usize = 0; i < spotCount; i++) {
    const spot = indexAt(spots, i);
    const stat = statistics + ((spot * (K + 1)) << 2);
    const depth = storedAt(stat, K, false);
    if (depth > 0) startSingle(spot, stat, depth, abundance);
  }
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

/** Judges spots: writes objective and largest violation to `out`. */
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
