// Updates and judges the spots of a least-squares problem in place, in memory that all threads share. Twins:
// packages/solver/src/sweep-spots.ts and assess-spots.ts, with what they call. Every operation on doubles is the twin's, in its
// order, so that both give the same bits; vectors hold numbers of two types side by side.
//
// Matrices and vectors of the problem have rows of P numbers, P being K rounded up to even; the last one is 0 then.

let K: usize = 0;
let P: usize = 0;
let lambda: f64 = 0;
let sparsity: f64 = 0;
/** From this shift on one step on the bound of the Gram matrix takes the place of the exact answer. */
let deflatedShift: f64 = Infinity;
let top: f64 = 0;
let rest: f64 = 0;
let smallest: f64 = 0;

let gram: usize = 0;
let direction: usize = 0;
let target: usize = 0;
let old: usize = 0;
let product: usize = 0;
let updated: usize = 0;
let step: usize = 0;
let descent: usize = 0;
let barred: usize = 0;
let factor: usize = 0;
let support: usize = 0;

/** Where a thread's own numbers lie: gram (K x P), direction (P), seven vectors (P), factor (K x K), support (K integers). */
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
  K = typeCount;
  P = (typeCount + 1) & ~1;
  lambda = lambda_;
  sparsity = sparsity_;
  deflatedShift = deflatedShift_;
  top = top_;
  rest = rest_;
  smallest = smallest_;
  const vector = P << 3;
  gram = base;
  direction = gram + K * vector;
  target = direction + vector;
  old = target + vector;
  product = old + vector;
  updated = product + vector;
  step = updated + vector;
  descent = step + vector;
  barred = descent + vector;
  factor = barred + vector;
  support = factor + ((K * K) << 3);
}

@inline
function numberAt(at: usize, i: usize): f64 {
  return load<f64>(at + (i << 3));
}

@inline
function indexAt(at: usize, i: usize): usize {
  return <usize>load<i32>(at + (i << 2));
}

/** Numbers as they are stored: in single or double precision. */
@inline
function storedAt(at: usize, i: usize, isDouble: bool): f64 {
  return isDouble ? load<f64>(at + (i << 3)) : <f64>load<f32>(at + (i << 2));
}

@inline
function storedPair(at: usize, i: usize, isDouble: bool): v128 {
  return isDouble
    ? v128.load(at + (i << 3))
    : f64x2.promote_low_f32x4(v128.load64_zero(at + (i << 2)));
}

@inline
function sumOfLanes(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

@inline
function greaterLane(pair: v128): f64 {
  return max(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
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
  isDouble: bool,
): f64 {
  const size: usize = isDouble ? 3 : 2;
  const from = indexAt(indptr, spot);
  const to = indexAt(indptr, spot + 1);
  const inPairs = from + ((to - from) & ~1);
  const row = abundance + ((spot * K) << size);
  const stat = statistics + ((spot * (K + 1)) << size);
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
    v128.store(at, f64x2.add(f64x2.sub(storedPair(stat, k, isDouble), penalty), f64x2.mul(strength, a)));
    v128.store(
      at,
      f64x2.add(f64x2.sub(storedPair(stat, k + 2, isDouble), penalty), f64x2.mul(strength, b)),
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
    store<f64>(target + (k << 3), storedAt(stat, k, isDouble) - sparsity + lambda * sum);
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
  let l: usize = 0;
  for (; l + 3 < K; l += 4) {
    const a = numberAt(old, l);
    const b = numberAt(old, l + 1);
    const c = numberAt(old, l + 2);
    const d = numberAt(old, l + 3);
    if (a === 0 && b === 0 && c === 0 && d === 0) continue;
    const as = f64x2.splat(a);
    const bs = f64x2.splat(b);
    const cs = f64x2.splat(c);
    const ds = f64x2.splat(d);
    const row = gram + ((l * P) << 3);
    for (let k: usize = 0; k < P; k += 2) {
      const at = row + (k << 3);
      const first = f64x2.add(
        f64x2.mul(v128.load(at), as),
        f64x2.mul(v128.load(at + (P << 3)), bs),
      );
      const second = f64x2.add(
        f64x2.mul(v128.load(at + (P << 4)), cs),
        f64x2.mul(v128.load(at + ((3 * P) << 3)), ds),
      );
      const out = product + (k << 3);
      v128.store(out, f64x2.add(v128.load(out), f64x2.add(first, second)));
    }
  }
  for (; l < K; l++) {
    const amount = f64x2.splat(numberAt(old, l));
    const row = gram + ((l * P) << 3);
    for (let k: usize = 0; k < P; k += 2) {
      const out = product + (k << 3);
      v128.store(out, f64x2.add(v128.load(out), f64x2.mul(v128.load(row + (k << 3)), amount)));
    }
  }
}

@inline
function factorRows(shift: f64, from: usize, size: usize): void {
  for (let a = from; a < size; a++) {
    const own = indexAt(support, a);
    const gramRow = gram + ((own * P) << 3);
    const row = factor + ((a * K) << 3);
    const diagonal = numberAt(gramRow, own) + shift;
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

function settleSupport(shift: f64, size: usize, factoredSize: usize): usize {
  while (size > 0) {
    factorRows(shift, factoredSize, size);
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

/** Minimises 1/2 x'(G + shift I)x - target'x over x >= 0 into `updated`, from the support it holds. */
@inline
function solveNnls(shift: f64): void {
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
  size = settleSupport(shift, size, 0);
  for (let round: usize = 0; round < 4 * K; round++) {
    const entering = steepestType(size, floor);
    if (entering < 0) return;
    store<i32>(support + (size << 2), <i32>entering);
    store<f64>(barred + (<usize>entering << 3), -Infinity);
    size = settleSupport(shift, size + 1, size);
    if (numberAt(updated, <usize>entering) <= 0) store<f64>(barred + (<usize>entering << 3), -Infinity);
  }
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
  isDouble: bool,
): f64 {
  const size: usize = isDouble ? 3 : 2;
  let largestChange: f64 = 0;
  for (let i: usize = 0; i < spotCount; i++) {
    const spot = indexAt(spots, i);
    const shift = loadSpot(spot, statistics, abundance, indptr, indices, weights, isDouble);
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
      solveNnls(shift);
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
  isDouble: bool,
): void {
  const size: usize = isDouble ? 3 : 2;
  const onProportion = 1 + sqrt<f64>(<f64>K);
  let objective: f64 = 0;
  let kktResidual: f64 = 0;
  let proportionErrorBound: f64 = 0;
  for (let i: usize = 0; i < spotCount; i++) {
    const spot = indexAt(spots, i);
    const shift = loadSpot(spot, statistics, abundance, indptr, indices, weights, isDouble);
    multiplyOld(shift);
    const stat = statistics + ((spot * (K + 1)) << size);
    let value = storedAt(stat, K, isDouble) / 2;
    let total: f64 = 0;
    let squares: f64 = 0;
    for (let k: usize = 0; k < K; k++) {
      const amount = numberAt(old, k);
      const stepped = numberAt(product, k);
      value += amount * ((stepped - shift * amount) / 2 - storedAt(stat, k, isDouble) + sparsity);
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
  return sweep(spots, spotCount, statistics, abundance, indptr, indices, weights, relaxation, false);
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
  return sweep(spots, spotCount, statistics, abundance, indptr, indices, weights, relaxation, true);
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
  assess(spots, spotCount, statistics, abundance, indptr, indices, weights, out, false);
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
  assess(spots, spotCount, statistics, abundance, indptr, indices, weights, out, true);
}
