import { K, multiply, P } from "./gram";
import { greaterLane, indexAt, pairAt, storedAt, sumOfLanes } from "./memory";
import { judgePair } from "./judge-prior";
import { old, pullAt, slope, weightOf } from "./relative-prior";
import { product } from "./relative-step";
import { GROUP, touchGroup } from "./touch-group";

/** Judges spots: writes objective and largest violation to `out`. Twin: packages/solver-weighted/src/assess-counts.ts. */
@inline
export function assess(
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
    const from = indexAt(indptr, spot);
    const to = indexAt(indptr, spot + 1);
    const row = abundance + ((spot * K) << size);
    const pull = pullAt(depth);
    const weight = weightOf(from, to, weights);
    let priors = zero;
    let k: usize = 0;
    for (; k + 2 <= K; k += 2) {
      priors = f64x2.add(
        priors,
        judgePair(k, row, abundance, from, to, indices, weights, weight, pull, isDouble, false),
      );
    }
    if (k < K) {
      priors = f64x2.add(
        priors,
        judgePair(k, row, abundance, from, to, indices, weights, weight, pull, isDouble, true),
      );
    }
    multiply(old, product);
    let values = zero;
    for (k = 0; k < P; k += 2) {
      const at = k << 3;
      const x = v128.load(old + at);
      const stepped = v128.load(product + at);
      const isLast = k + 1 === K;
      const sums = isLast ? pairAt(stat, k, isStatDouble, true) : pairAt(stat, k, isStatDouble, false);
      values = f64x2.add(values, f64x2.mul(x, f64x2.sub(f64x2.mul(halves, stepped), sums)));
      const gradient = f64x2.add(f64x2.sub(f64x2.mul(depths, stepped), sums), v128.load(slope + at));
      const isPositive = f64x2.gt(x, zero);
      const violation = v128.bitselect(f64x2.abs(gradient), f64x2.neg(gradient), isPositive);
      violations = f64x2.pmax(violations, violation);
    }
    objective += sumOfLanes(values) + sumOfLanes(priors);
  }
  store<f64>(out, objective);
  store<f64>(out, greaterLane(violations), 8);
}
