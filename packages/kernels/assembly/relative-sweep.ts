import { updated } from "./exact-nnls";
import { K, P, setGram } from "./gram";
import { greaterLane, indexAt, storedAt, sumOfLanes } from "./memory";
import { assess } from "./relative-assess";
import { isNear, loadPrior, majorizePrior, old, setPrior, tissueWeight, weightOf } from "./relative-prior";
import { setStep, step } from "./relative-step";
import { configureSingle, hasSingle } from "./single-problem";
import { stepSingle } from "./single-spot";
import { startSingle } from "./single-start";
import { GROUP, touchGroup } from "./touch-group";

export { configureSingle };

// Updates and judges the spots of count-weighted least squares under the relative prior, in memory that all threads share. Twins:
// packages/solver-weighted/src/sweep-counts.ts and assess-counts.ts, with what they call. Every operation on doubles is the twin's, in
// its order, so that both give the same bits; vectors hold numbers of two types side by side.

/** Where a thread's own numbers lie: gram (K x P), nine vectors of P, what the exact solver needs. */
export function configure(
  base: usize,
  typeCount: usize,
  edgeWeight_: f64,
  epsilon_: f64,
  tissueWeight_: f64,
  isBoundClose: bool,
  excess: f64,
  rest: f64,
): void {
  const direction = setGram(base, typeCount);
  const end = setPrior(direction + (P << 3), edgeWeight_, epsilon_, tissueWeight_);
  setStep(direction, end, isBoundClose, excess, rest);
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
