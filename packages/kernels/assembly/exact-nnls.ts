import { gram, K, P } from "./gram";
import { greaterLane, indexAt, numberAt } from "./memory";

// The exact solver of one spot. Twin: packages/solver/src/exact-nnls.ts.

export let target: usize = 0;
export let updated: usize = 0;
export let added: usize = 0;
let step: usize = 0;
let descent: usize = 0;
let barred: usize = 0;
let factor: usize = 0;
let support: usize = 0;

/** Where a thread's own numbers lie: six vectors of P, a factor of K x K, K integers. Returns where they end. */
export function setNnls(base: usize): usize {
  const vector = P << 3;
  target = base;
  updated = target + vector;
  added = updated + vector;
  step = added + vector;
  descent = step + vector;
  barred = descent + vector;
  factor = barred + vector;
  support = factor + ((K * K) << 3);
  return support + (K << 3);
}

@inline
function factorRows(from: usize, size: usize): void {
  for (let a = from; a < size; a++) {
    const own = indexAt(support, a);
    const gramRow = gram + ((own * P) << 3);
    const row = factor + ((a * K) << 3);
    const diagonal = numberAt(gramRow, own) + numberAt(added, own);
    let pivot = diagonal;
    for (let b: usize = 0; b < a; b++) {
      const other = factor + ((b * K) << 3);
      let sum = numberAt(gramRow, indexAt(support, b));
      for (let c: usize = 0; c < b; c++) sum -= numberAt(row, c) * numberAt(other, c);
      const entry = sum * numberAt(other, b);
      store<f64>(row + (b << 3), entry);
      pivot -= entry * entry;
    }
    store<f64>(row + (a << 3), 1 / sqrt<f64>(max<f64>(max<f64>(pivot, diagonal * 1e-13), f64.MIN_VALUE)));
  }
}

@inline
function solveFactored(size: usize): void {
  for (let a: usize = 0; a < size; a++) {
    const row = factor + ((a * K) << 3);
    let sum = numberAt(target, indexAt(support, a));
    for (let c: usize = 0; c < a; c++) sum -= numberAt(row, c) * numberAt(step, c);
    store<f64>(step + (a << 3), sum * numberAt(row, a));
  }
  for (let left = size; left > 0; left--) {
    const a = left - 1;
    const row = factor + ((a * K) << 3);
    const value = numberAt(step, a) * numberAt(row, a);
    store<f64>(step + (a << 3), value);
    for (let c: usize = 0; c < a; c++) {
      store<f64>(step + (c << 3), numberAt(step, c) - numberAt(row, c) * value);
    }
  }
}

function settleSupport(size: usize, factoredSize: usize): usize {
  while (size > 0) {
    factorRows(factoredSize, size);
    solveFactored(size);
    let fraction: f64 = 1;
    let blocking: isize = -1;
    for (let a: usize = 0; a < size; a++) {
      const wanted = numberAt(step, a);
      if (wanted > 0) continue;
      const current = numberAt(updated, indexAt(support, a));
      const reach: f64 = current > 0 ? current / (current - wanted) : 0;
      if (blocking < 0 || reach < fraction) {
        fraction = reach;
        blocking = <isize>a;
      }
    }
    if (blocking < 0) {
      for (let a: usize = 0; a < size; a++) {
        store<f64>(updated + (indexAt(support, a) << 3), numberAt(step, a));
      }
      return size;
    }
    let kept: usize = 0;
    factoredSize = size;
    for (let a: usize = 0; a < size; a++) {
      const k = indexAt(support, a);
      const current = numberAt(updated, k);
      const moved = current + fraction * (numberAt(step, a) - current);
      if (<isize>a !== blocking && moved > 0) {
        store<f64>(updated + (k << 3), moved);
        store<i32>(support + (kept++ << 2), <i32>k);
      } else {
        store<f64>(updated + (k << 3), 0);
        store<f64>(barred + (k << 3), 0);
        if (kept < factoredSize) factoredSize = kept;
      }
    }
    size = kept;
  }
  return size;
}

/** The type that is not barred whose growth lowers the objective fastest, or -1. */
@inline
function steepestType(size: usize, floor: f64): isize {
  let greatest = f64x2.splat(floor);
  for (let k: usize = 0; k < P; k += 2) {
    let pair = v128.load(target + (k << 3));
    for (let a: usize = 0; a < size; a++) {
      const type = indexAt(support, a);
      const amount = v128.load64_splat(updated + (type << 3));
      pair = f64x2.sub(pair, f64x2.mul(v128.load(gram + ((type * P + k) << 3)), amount));
    }
    pair = f64x2.add(pair, v128.load(barred + (k << 3)));
    v128.store(descent + (k << 3), pair);
    greatest = f64x2.pmax(greatest, pair);
  }
  const steepest = greaterLane(greatest);
  if (!(steepest > floor)) return -1;
  let k: usize = 0;
  while (numberAt(descent, k) !== steepest) k++;
  return <isize>k;
}

/** Minimises 1/2 x'(G + A)x - target'x over x >= 0, A the diagonal `added`, into `updated`, from the support it holds. */
@inline
export function solveNnls(): void {
  let scales = f64x2.splat(0);
  for (let k: usize = 0; k < P; k += 2) scales = f64x2.pmax(scales, f64x2.abs(v128.load(target + (k << 3))));
  const floor = greaterLane(scales) * 1e-14;
  let size: usize = 0;
  for (let k: usize = 0; k < K; k++) {
    if (numberAt(updated, k) > 0) {
      store<f64>(barred + (k << 3), -Infinity);
      store<i32>(support + (size++ << 2), <i32>k);
    } else {
      store<f64>(barred + (k << 3), 0);
      store<f64>(updated + (k << 3), 0);
    }
  }
  size = settleSupport(size, 0);
  for (let round: usize = 0; round < 4 * K; round++) {
    const entering = steepestType(size, floor);
    if (entering < 0) return;
    store<i32>(support + (size << 2), <i32>entering);
    store<f64>(barred + (<usize>entering << 3), -Infinity);
    size = settleSupport(size + 1, size);
    if (numberAt(updated, <usize>entering) <= 0) store<f64>(barred + (<usize>entering << 3), -Infinity);
  }
}
