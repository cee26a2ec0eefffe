import { setNnls, solveNnls, target, updated } from "./exact-nnls";
import { P, setGram } from "./gram";
import { indexAt, numberAt, storedAt, storedPair } from "./memory";
import { addProducts } from "./slope-products";

// Newton steps of the likelihood of each spot's counts. Twins: packages/solver-poisson/src/refine-counts.ts and newton-step.ts.
// Every operation on doubles is the twin's, in its order, so that both give the same bits; vectors hold numbers of two types or
// of two counts side by side.

/** Counts whose slopes are held at a time: with 30 types they stay in the processor's first cache. */
const CHUNK: usize = 128;

let typeCount: usize = 0;
/** K rounded up to even: numbers in a row of shares, of the Gram matrix, and in a vector over types. */
let width: usize = 0;
let mostSteps: i32 = 1;
let leastStart: f64 = 0;
let farStep: f64 = 0;
let mostGrowth: f64 = 0;
/** Whether steps are taken to the end. */
let isClimb: bool = false;
let smallStep: f64 = 0;
let mostRise: f64 = 0;
let mostHalvings: i32 = 0;

// Of the likelihood.
let shares: usize = 0;
let weights: usize = 0;
let likelihoodGram: usize = 0;
let totals: usize = 0;

// Of the spot at work; vectors over all types, and over active types in their order.
let abundance: usize = 0;
let gradient: usize = 0;
let next: usize = 0;
let moves: usize = 0;
let sums: usize = 0;
let active: usize = 0;
/** Where in a vector pairs of types lie of which one is there. */
let present: usize = 0;
let activeCount: usize = 0;
let picture: usize = 0;
let slopes: usize = 0;
let nnls: usize = 0;

// Of each count of the row, rounded up to four: where its gene's shares lie, its weighted value, the root of that, what the gradient
// takes of the shares, and the root of the curvature.
let rows: usize = 0;
let weighted: usize = 0;
let scales: usize = 0;
let ratios: usize = 0;
let roots: usize = 0;
let noShares: usize = 0;

/**
 * Where things lie: shares ((G + 1) x P, the last row 0), weights (G), Gram matrix of the likelihood (K x P) with totals (P) behind it
 * and this thread's own numbers behind those, and room for rows of `longest` counts.
 */
export function configure(
  typeCount_: usize,
  geneCount: usize,
  shares_: usize,
  weights_: usize,
  own: usize,
  rowRoom: usize,
  longest: usize,
): void {
  typeCount = typeCount_;
  width = (typeCount + 1) & ~1;
  shares = shares_;
  weights = weights_;
  noShares = shares + ((geneCount * width) << 3);
  const vector = width << 3;
  likelihoodGram = own;
  totals = likelihoodGram + typeCount * vector;
  abundance = totals + vector;
  gradient = abundance + vector;
  next = gradient + vector;
  moves = next + vector;
  sums = moves + vector;
  active = sums + vector;
  present = active + vector;
  picture = present + vector;
  slopes = picture + width * vector;
  nnls = slopes + CHUNK * vector;
  const room = ((longest + 3) & ~3) << 3;
  weighted = rowRoom;
  scales = weighted + room;
  ratios = scales + room;
  roots = ratios + room;
  rows = roots + room;
}

/** A step or two: how many at most, and when one is taken, and another. */
export function limitSteps(mostSteps_: i32, leastStart_: f64, farStep_: f64, mostGrowth_: f64): void {
  mostSteps = mostSteps_;
  leastStart = leastStart_;
  farStep = farStep_;
  mostGrowth = mostGrowth_;
}

/** Steps to the end: how many at most, which is the last, and what is short enough. */
export function limitClimb(mostSteps_: i32, smallStep_: f64, mostRise_: f64, mostHalvings_: i32): void {
  isClimb = true;
  mostSteps = mostSteps_;
  smallStep = smallStep_;
  mostRise = mostRise_;
  mostHalvings = mostHalvings_;
}

/** Finds the shares of the row's genes, and weighs its counts. */
@inline
function loadRow(from: usize, length: usize, indices: usize, values: usize, isDouble: bool): void {
  const stride = width << 3;
  for (let i: usize = 0; i < length; i++) {
    const gene = indexAt(indices, from + i);
    store<i32>(rows + (i << 2), <i32>(shares + gene * stride));
    store<f64>(weighted + (i << 3), numberAt(weights, gene) * storedAt(values, from + i, isDouble));
  }
  const rounded = (length + 3) & ~3;
  for (let i = length; i < rounded; i++) {
    store<i32>(rows + (i << 2), <i32>noShares);
    store<f64>(weighted + (i << 3), 0);
  }
  for (let i: usize = 0; i < rounded; i += 2) {
    v128.store(scales + (i << 3), f64x2.sqrt(v128.load(weighted + (i << 3))));
  }
}

@inline
function depthOf(from: usize, to: usize, values: usize, isDouble: bool): f64 {
  let pair = f64x2.splat(0);
  let i = from;
  for (; i + 1 < to; i += 2) pair = f64x2.add(pair, storedPair(values, i, isDouble));
  const even = f64x2.extract_lane(pair, 0);
  return (i < to ? even + storedAt(values, i, isDouble) : even) + f64x2.extract_lane(pair, 1);
}

@inline
function startFrom(start: usize, depth: f64): void {
  let sum: f64 = 0;
  for (let k: usize = 0; k < typeCount; k++) {
    const share = numberAt(start, k);
    const kept: f64 = share >= leastStart ? share : 0;
    store<f64>(abundance + (k << 3), kept);
    sum += kept;
  }
  const equal = depth / <f64>typeCount;
  for (let k: usize = 0; k < typeCount; k++) {
    store<f64>(abundance + (k << 3), sum > 0 ? (depth * numberAt(abundance, k)) / sum : equal);
  }
}

/** Expected counts at `abundance`, of four counts at a time, and what follows of them. Pairs of types that are absent add nothing. */
function meanCounts(length: usize): void {
  const zero = f64x2.splat(0);
  let end = present;
  for (let k: usize = 0; k < width << 3; k += 16) {
    if (!v128.any_true(f64x2.gt(v128.load(abundance + k), zero))) continue;
    store<i32>(end, <i32>k);
    end += 4;
  }
  const one = f64x2.splat(1);
  for (let i: usize = 0; i < length; i += 4) {
    const row = rows + (i << 2);
    const r = <usize>load<u32>(row);
    const s = <usize>load<u32>(row, 4);
    const t = <usize>load<u32>(row, 8);
    const u = <usize>load<u32>(row, 12);
    let a = zero;
    let b = zero;
    let c = zero;
    let d = zero;
    for (let pair = present; pair < end; pair += 4) {
      const k = <usize>load<u32>(pair);
      const amounts = v128.load(abundance + k);
      a = f64x2.add(a, f64x2.mul(amounts, v128.load(r + k)));
      b = f64x2.add(b, f64x2.mul(amounts, v128.load(s + k)));
      c = f64x2.add(c, f64x2.mul(amounts, v128.load(t + k)));
      d = f64x2.add(d, f64x2.mul(amounts, v128.load(u + k)));
    }
    const at = i << 3;
    invert(f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3)), at, one, zero);
    invert(f64x2.add(v128.shuffle<f64>(c, d, 0, 2), v128.shuffle<f64>(c, d, 1, 3)), at + 16, one, zero);
  }
}

@inline
function invert(mean: v128, at: usize, one: v128, zero: v128): void {
  const inverse = v128.and(f64x2.div(one, mean), f64x2.gt(mean, zero));
  v128.store(ratios + at, f64x2.mul(v128.load(weighted + at), inverse));
  v128.store(roots + at, f64x2.mul(v128.load(scales + at), inverse));
}

/** The gradient, twenty types at a time as long as there are so many: ten vectors stay in registers. */
function subtractRatios(length: usize): void {
  let k: usize = 0;
  for (; k + 20 <= width; k += 20) {
    const column = k << 3;
    const from = totals + column;
    let a = v128.load(from);
    let b = v128.load(from, 16);
    let c = v128.load(from, 32);
    let d = v128.load(from, 48);
    let e = v128.load(from, 64);
    let f = v128.load(from, 80);
    let g = v128.load(from, 96);
    let h = v128.load(from, 112);
    let p = v128.load(from, 128);
    let q = v128.load(from, 144);
    for (let i: usize = 0; i < length; i++) {
      const ratio = v128.load64_splat(ratios + (i << 3));
      const row = <usize>load<u32>(rows + (i << 2)) + column;
      a = f64x2.sub(a, f64x2.mul(ratio, v128.load(row)));
      b = f64x2.sub(b, f64x2.mul(ratio, v128.load(row, 16)));
      c = f64x2.sub(c, f64x2.mul(ratio, v128.load(row, 32)));
      d = f64x2.sub(d, f64x2.mul(ratio, v128.load(row, 48)));
      e = f64x2.sub(e, f64x2.mul(ratio, v128.load(row, 64)));
      f = f64x2.sub(f, f64x2.mul(ratio, v128.load(row, 80)));
      g = f64x2.sub(g, f64x2.mul(ratio, v128.load(row, 96)));
      h = f64x2.sub(h, f64x2.mul(ratio, v128.load(row, 112)));
      p = f64x2.sub(p, f64x2.mul(ratio, v128.load(row, 128)));
      q = f64x2.sub(q, f64x2.mul(ratio, v128.load(row, 144)));
    }
    const to = gradient + column;
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    v128.store(to, e, 64);
    v128.store(to, f, 80);
    v128.store(to, g, 96);
    v128.store(to, h, 112);
    v128.store(to, p, 128);
    v128.store(to, q, 144);
  }
  for (; k + 8 <= width; k += 8) {
    const column = k << 3;
    const from = totals + column;
    let a = v128.load(from);
    let b = v128.load(from, 16);
    let c = v128.load(from, 32);
    let d = v128.load(from, 48);
    for (let i: usize = 0; i < length; i++) {
      const ratio = v128.load64_splat(ratios + (i << 3));
      const row = <usize>load<u32>(rows + (i << 2)) + column;
      a = f64x2.sub(a, f64x2.mul(ratio, v128.load(row)));
      b = f64x2.sub(b, f64x2.mul(ratio, v128.load(row, 16)));
      c = f64x2.sub(c, f64x2.mul(ratio, v128.load(row, 32)));
      d = f64x2.sub(d, f64x2.mul(ratio, v128.load(row, 48)));
    }
    const to = gradient + column;
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; k < width; k += 2) {
    const column = k << 3;
    let a = v128.load(totals + column);
    for (let i: usize = 0; i < length; i++) {
      const row = <usize>load<u32>(rows + (i << 2)) + column;
      a = f64x2.sub(a, f64x2.mul(v128.load64_splat(ratios + (i << 3)), v128.load(row)));
    }
    v128.store(gradient + column, a);
  }
}

/** Types that are there, or that the gradient calls for. */
@inline
function findActive(): void {
  activeCount = 0;
  for (let k: usize = 0; k < typeCount; k++) {
    if (numberAt(abundance, k) > 0 || numberAt(gradient, k) < 0) store<i32>(active + (activeCount++ << 2), <i32>k);
  }
}

@inline
function pairOf(row: usize, first: usize, second: usize): v128 {
  return v128.load64_lane(row + second, v128.load64_zero(row + first), 1);
}

/** A row of P slopes for each of `count` counts from `from` on; eight types at a time as long as there are so many. */
function gatherSlopes(from: usize, count: usize): void {
  const stride = P << 3;
  const first = rows + (from << 2);
  const firstRoot = roots + (from << 3);
  let a: usize = 0;
  for (; a + 8 <= activeCount; a += 8) {
    const o = indexAt(active, a) << 3;
    const p = indexAt(active, a + 1) << 3;
    const q = indexAt(active, a + 2) << 3;
    const r = indexAt(active, a + 3) << 3;
    const s = indexAt(active, a + 4) << 3;
    const t = indexAt(active, a + 5) << 3;
    const u = indexAt(active, a + 6) << 3;
    const v = indexAt(active, a + 7) << 3;
    let to = slopes + (a << 3);
    for (let i: usize = 0; i < count; i++, to += stride) {
      const row = <usize>load<u32>(first + (i << 2));
      const root = v128.load64_splat(firstRoot + (i << 3));
      v128.store(to, f64x2.mul(root, pairOf(row, o, p)));
      v128.store(to, f64x2.mul(root, pairOf(row, q, r)), 16);
      v128.store(to, f64x2.mul(root, pairOf(row, s, t)), 32);
      v128.store(to, f64x2.mul(root, pairOf(row, u, v)), 48);
    }
  }
  for (; a < activeCount; a += 2) {
    const o = indexAt(active, a) << 3;
    const isLast = a + 1 === activeCount;
    const p = isLast ? 0 : indexAt(active, a + 1) << 3;
    let to = slopes + (a << 3);
    for (let i: usize = 0; i < count; i++, to += stride) {
      const row = <usize>load<u32>(first + (i << 2));
      const root = v128.load64_splat(firstRoot + (i << 3));
      const pair = isLast ? v128.load64_zero(row + o) : pairOf(row, o, p);
      v128.store(to, f64x2.mul(root, pair));
    }
  }
}

/** `sums` = M'x of `count` rows of `length` numbers, an even number, each. */
@inline
function multiplyRows(matrix: usize, x: usize, count: usize, length: usize): void {
  const stride = length << 3;
  let k: usize = 0;
  for (; k + 8 <= length; k += 8) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let row = matrix + (k << 3);
    for (let l: usize = 0; l < count; l++, row += stride) {
      const amount = v128.load64_splat(x + (l << 3));
      a = f64x2.add(a, f64x2.mul(v128.load(row), amount));
      b = f64x2.add(b, f64x2.mul(v128.load(row, 16), amount));
      c = f64x2.add(c, f64x2.mul(v128.load(row, 32), amount));
      d = f64x2.add(d, f64x2.mul(v128.load(row, 48), amount));
    }
    const to = sums + (k << 3);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; k < length; k += 2) {
    let a = f64x2.splat(0);
    let row = matrix + (k << 3);
    for (let l: usize = 0; l < count; l++, row += stride) {
      a = f64x2.add(a, f64x2.mul(v128.load(row), v128.load64_splat(x + (l << 3))));
    }
    v128.store(sums + (k << 3), a);
  }
}

/** Solves the second-order picture around `abundance` over the active types. */
function solvePicture(length: usize): void {
  setGram(picture, activeCount);
  setNnls(nnls);
  const stride = P << 3;
  memory.fill(picture, 0, P * stride);
  for (let from: usize = 0; from < length; from += CHUNK) {
    const count = min(CHUNK, length - from);
    gatherSlopes(from, count);
    addProducts(slopes, count);
  }
  for (let a: usize = 1; a < activeCount; a++) {
    const row = picture + a * stride;
    for (let b: usize = 0; b < a; b++) store<f64>(picture + b * stride + (a << 3), numberAt(row, b));
  }
  // The exact solver's vectors, with what the size before this one left behind.
  memory.fill(nnls, 0, 6 * stride);
  for (let a: usize = 0; a < activeCount; a++) {
    store<f64>(updated + (a << 3), numberAt(abundance, indexAt(active, a)));
  }
  multiplyRows(picture, updated, activeCount, P);
  for (let a: usize = 0; a < activeCount; a++) {
    store<f64>(target + (a << 3), numberAt(sums, a) - numberAt(gradient, indexAt(active, a)));
  }
  solveNnls();
}

function differentiate(length: usize): void {
  meanCounts((length + 3) & ~3);
  subtractRatios(length);
}

/** From `abundance` to `next`, where the row has been differentiated. Returns the largest move of any abundance. */
function moveToMinimum(length: usize): f64 {
  findActive();
  memory.copy(next, abundance, width << 3);
  if (activeCount === 0) return 0;
  solvePicture(length);
  let moved: f64 = 0;
  for (let a: usize = 0; a < activeCount; a++) {
    const k = indexAt(active, a);
    const reached = numberAt(updated, a);
    store<f64>(next + (k << 3), reached);
    const move = reached - numberAt(abundance, k);
    store<f64>(moves + (a << 3), move);
    moved = max<f64>(moved, abs<f64>(move));
  }
  return moved;
}

@inline
function isSound(depth: f64): bool {
  let total: f64 = 0;
  for (let k: usize = 0; k < typeCount; k++) total += numberAt(next, k);
  return total >= depth / mostGrowth && total <= depth * mostGrowth;
}

/** Goes to where the step ended, with the gradient that its picture has there. */
@inline
function landStep(): void {
  multiplyRows(picture, moves, activeCount, P);
  for (let a: usize = 0; a < activeCount; a++) {
    const at = gradient + (indexAt(active, a) << 3);
    store<f64>(at, load<f64>(at) + numberAt(sums, a));
  }
  memory.copy(abundance, next, width << 3);
}

/** A step or two, each if it is sound. */
@inline
function takeSteps(length: usize, depth: f64): void {
  for (let count = 1; count <= mostSteps; count++) {
    differentiate(length);
    const moved = moveToMinimum(length);
    if (!isSound(depth)) return;
    landStep();
    if (!(moved > farStep * depth)) return;
  }
}

/** Steps to the most likely abundances. Twin: packages/solver-poisson/src/fit-counts.ts. */
@inline
function climb(length: usize): void {
  differentiate(length);
  for (let count = 0; count < mostSteps; count++) {
    const moved = moveToMinimum(length);
    let fall: f64 = 0;
    let total: f64 = 0;
    for (let k: usize = 0; k < typeCount; k++) {
      const reached = numberAt(next, k);
      fall -= numberAt(gradient, k) * (reached - numberAt(abundance, k));
      total += reached;
    }
    if (moved <= smallStep * total) {
      landStep();
      return;
    }
    const from = abundance;
    abundance = next;
    next = from;
    differentiate(length);
    for (let halving = 0; halving < mostHalvings; halving++) {
      let rise: f64 = 0;
      let sum: f64 = 0;
      for (let k: usize = 0; k < typeCount; k++) {
        const reached = numberAt(abundance, k);
        rise += numberAt(gradient, k) * (reached - numberAt(next, k));
        sum += reached;
      }
      if (sum > 0 && rise <= mostRise * fall) break;
      fall /= 2;
      for (let k: usize = 0; k < typeCount; k++) {
        store<f64>(abundance + (k << 3), (numberAt(abundance, k) + numberAt(next, k)) / 2);
      }
      differentiate(length);
    }
  }
}

/** c = G b - n slope, and n. */
@inline
function keepQuadratic(depth: f64, out: usize): void {
  multiplyRows(likelihoodGram, abundance, typeCount, width);
  for (let k: usize = 0; k < typeCount; k++) {
    const slope: f64 = numberAt(abundance, k) > 0 ? 0 : max<f64>(0, numberAt(gradient, k));
    store<f64>(out + (k << 3), numberAt(sums, k) - depth * slope);
  }
}

@inline
function refine(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  start: usize,
  out: usize,
  isDouble: bool,
): void {
  for (let row: usize = 0; row < rowCount; row++) {
    const from = indexAt(indptr, row);
    const to = indexAt(indptr, row + 1);
    const kept = out + ((row * (typeCount + 1)) << 3);
    const depth = depthOf(from, to, values, isDouble);
    store<f64>(kept + (typeCount << 3), depth);
    if (!(depth > 0)) {
      memory.fill(kept, 0, typeCount << 3);
      continue;
    }
    const length = to - from;
    loadRow(from, length, indices, values, isDouble);
    startFrom(start + ((row * typeCount) << 3), depth);
    if (isClimb) climb(length);
    else takeSteps(length, depth);
    keepQuadratic(depth, kept);
  }
}

/** Rows of single-precision counts. All arrays by their addresses: start (rows x K) and out (rows x (K + 1)) hold doubles. */
export function refineFloat32(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  start: usize,
  out: usize,
): void {
  refine(rowCount, indptr, indices, values, start, out, false);
}

/** The same of double-precision counts. */
export function refineFloat64(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  start: usize,
  out: usize,
): void {
  refine(rowCount, indptr, indices, values, start, out, true);
}
