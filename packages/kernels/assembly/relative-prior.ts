import { K, P } from "./gram";
import { indexAt, numberAt, pairAt } from "./memory";

// The relative prior of a spot and its neighbours. Twin: packages/solver-weighted/src/relative-prior.ts.

/** Weight of an edge. */
export let edgeWeight: f64 = 0;
export let epsilon: f64 = 0;
/** How hard the tissue pulls at a spot that has counts, and where its composition lies. */
export let tissueWeight: f64 = 0;
export let composition: usize = 0;

// Of the spot that was loaded: its abundances, slope and curvature of the prior, and the least abundance among it and its neighbours.
export let old: usize = 0;
export let slope: usize = 0;
export let curvature: usize = 0;
let least: usize = 0;

/** Where the composition and four vectors lie. Returns where they end. */
export function setPrior(base: usize, edgeWeight_: f64, epsilon_: f64, tissueWeight_: f64): usize {
  edgeWeight = edgeWeight_;
  epsilon = epsilon_;
  tissueWeight = tissueWeight_;
  const vector = P << 3;
  composition = base;
  old = composition + vector;
  slope = old + vector;
  curvature = slope + vector;
  least = curvature + vector;
  return least + vector;
}

@inline
function shareOf(weights: usize, e: usize): v128 {
  return f64x2.splat(weights === 0 ? edgeWeight : edgeWeight * numberAt(weights, e));
}

/**
 * Slope and curvature of the prior in two types, and their least abundance among neighbours. Two neighbours at a time share a
 * division.
 */
@inline
function loadPair(
  k: usize,
  row: usize,
  abundance: usize,
  from: usize,
  to: usize,
  indices: usize,
  weights: usize,
  weight: f64,
  pull: f64,
  isDouble: bool,
  isLast: bool,
): void {
  const size: usize = isDouble ? 3 : 2;
  const zero = f64x2.splat(0);
  const floor = f64x2.splat(epsilon);
  const inPairs = from + ((to - from) & ~1);
  const own = pairAt(row, k, isDouble, isLast);
  const raised = f64x2.add(own, f64x2.splat(2 * epsilon));
  let squares = zero;
  let curved = zero;
  let greatest = own;
  let smallest = f64x2.splat(Infinity);
  let e = from;
  for (; e < inPairs; e += 2) {
    const first = pairAt(abundance + ((indexAt(indices, e) * K) << size), k, isDouble, isLast);
    const second = pairAt(abundance + ((indexAt(indices, e + 1) * K) << size), k, isDouble, isLast);
    const firstSum = f64x2.add(raised, first);
    const secondSum = f64x2.add(raised, second);
    const both = f64x2.div(f64x2.splat(1), f64x2.mul(firstSum, secondSum));
    const firstInverse = f64x2.mul(both, secondSum);
    const secondInverse = f64x2.mul(both, firstSum);
    const firstRatio = f64x2.mul(f64x2.add(first, floor), firstInverse);
    const secondRatio = f64x2.mul(f64x2.add(second, floor), secondInverse);
    let firstSquare = f64x2.mul(firstRatio, firstRatio);
    let secondSquare = f64x2.mul(secondRatio, secondRatio);
    if (weights !== 0) {
      firstSquare = f64x2.mul(firstSquare, f64x2.splat(numberAt(weights, e)));
      secondSquare = f64x2.mul(secondSquare, f64x2.splat(numberAt(weights, e + 1)));
    }
    squares = f64x2.add(squares, f64x2.add(firstSquare, secondSquare));
    curved = f64x2.add(
      curved,
      f64x2.add(f64x2.mul(firstSquare, firstInverse), f64x2.mul(secondSquare, secondInverse)),
    );
    greatest = f64x2.pmax(f64x2.pmax(greatest, first), second);
    smallest = f64x2.pmin(f64x2.pmin(smallest, first), second);
  }
  if (e < to) {
    const last = pairAt(abundance + ((indexAt(indices, e) * K) << size), k, isDouble, isLast);
    const inverted = f64x2.div(f64x2.splat(1), f64x2.add(raised, last));
    const ratio = f64x2.mul(f64x2.add(last, floor), inverted);
    let square = f64x2.mul(ratio, ratio);
    if (weights !== 0) square = f64x2.mul(square, f64x2.splat(numberAt(weights, e)));
    squares = f64x2.add(squares, square);
    curved = f64x2.add(curved, f64x2.mul(square, inverted));
    greatest = f64x2.pmax(greatest, last);
    smallest = f64x2.pmin(smallest, last);
  }
  let slopes = f64x2.mul(
    f64x2.splat(edgeWeight),
    f64x2.sub(f64x2.splat(weight), f64x2.mul(f64x2.splat(4), squares)),
  );
  let curvatures = f64x2.mul(f64x2.splat(8 * edgeWeight), curved);
  const absent = f64x2.splat((edgeWeight * weight + pull) / epsilon);
  const at = k << 3;
  if (pull > 0) {
    const share = v128.load(composition + at);
    const inverted = f64x2.div(f64x2.splat(1), f64x2.add(raised, share));
    const ratio = f64x2.mul(f64x2.add(share, floor), inverted);
    const square = f64x2.mul(ratio, ratio);
    const lean = f64x2.sub(f64x2.splat(1), f64x2.mul(f64x2.splat(4), square));
    slopes = f64x2.add(slopes, f64x2.mul(f64x2.splat(pull), lean));
    curvatures = f64x2.add(curvatures, f64x2.mul(f64x2.splat(8 * pull), f64x2.mul(square, inverted)));
    greatest = f64x2.pmax(greatest, share);
    smallest = f64x2.pmin(smallest, share);
  }
  const isPresent = f64x2.gt(greatest, zero);
  v128.store(old + at, own);
  v128.store(slope + at, v128.and(slopes, isPresent));
  v128.store(curvature + at, v128.bitselect(curvatures, absent, isPresent));
  v128.store(least + at, v128.and(smallest, isPresent));
}

/** The tissue pulls only where there are counts: a spot without any has no answer of its own. */
@inline
export function pullAt(depth: f64): f64 {
  return depth > 0 ? tissueWeight : 0;
}

/** Sum over edges of what they weigh. */
@inline
export function weightOf(from: usize, to: usize, weights: usize): f64 {
  if (weights === 0) return <f64>(to - from);
  let weight: f64 = 0;
  for (let e = from; e < to; e++) weight += numberAt(weights, e);
  return weight;
}

/** Takes in a spot of so many counts and its neighbours. Returns the sum over edges of what they weigh. */
@inline
export function loadPrior(
  spot: usize,
  depth: f64,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  isDouble: bool,
): f64 {
  const size: usize = isDouble ? 3 : 2;
  const from = indexAt(indptr, spot);
  const to = indexAt(indptr, spot + 1);
  const weight = weightOf(from, to, weights);
  const row = abundance + ((spot * K) << size);
  const pull = pullAt(depth);
  let k: usize = 0;
  for (; k + 2 <= K; k += 2) {
    loadPair(k, row, abundance, from, to, indices, weights, weight, pull, isDouble, false);
  }
  if (k < K) loadPair(k, row, abundance, from, to, indices, weights, weight, pull, isDouble, true);
  return weight;
}

/** The curvature of a quadratic that is nowhere below the prior, in two types. */
@inline
function majorizePair(
  k: usize,
  abundance: usize,
  from: usize,
  to: usize,
  indices: usize,
  weights: usize,
  pull: f64,
  isDouble: bool,
  isLast: bool,
): void {
  const size: usize = isDouble ? 3 : 2;
  const zero = f64x2.splat(0);
  const half = f64x2.splat(0.5);
  const floor = f64x2.splat(epsilon);
  const own = v128.load(old + (k << 3));
  let greatest = own;
  let curvatures = zero;
  for (let e = from; e < to; e++) {
    const share = shareOf(weights, e);
    const other = pairAt(abundance + ((indexAt(indices, e) * K) << size), k, isDouble, isLast);
    const middle = f64x2.add(f64x2.mul(half, f64x2.add(own, other)), floor);
    const ratio = f64x2.div(f64x2.add(other, floor), middle);
    const squared = f64x2.mul(f64x2.mul(share, ratio), ratio);
    curvatures = f64x2.add(curvatures, f64x2.div(squared, f64x2.add(f64x2.mul(half, other), floor)));
    greatest = f64x2.pmax(greatest, other);
  }
  if (pull > 0) {
    const other = v128.load(composition + (k << 3));
    const middle = f64x2.add(f64x2.mul(half, f64x2.add(own, other)), floor);
    const ratio = f64x2.div(f64x2.add(other, floor), middle);
    const squared = f64x2.mul(f64x2.mul(f64x2.splat(pull), ratio), ratio);
    curvatures = f64x2.add(curvatures, f64x2.div(squared, f64x2.add(f64x2.mul(half, other), floor)));
    greatest = f64x2.pmax(greatest, other);
  }
  const at = curvature + (k << 3);
  v128.store(at, v128.bitselect(curvatures, v128.load(at), f64x2.gt(greatest, zero)));
}

export function majorizePrior(
  spot: usize,
  depth: f64,
  abundance: usize,
  indptr: usize,
  indices: usize,
  weights: usize,
  isDouble: bool,
): void {
  const from = indexAt(indptr, spot);
  const to = indexAt(indptr, spot + 1);
  const pull = pullAt(depth);
  let k: usize = 0;
  for (; k + 2 <= K; k += 2) majorizePair(k, abundance, from, to, indices, weights, pull, isDouble, false);
  if (k < K) majorizePair(k, abundance, from, to, indices, weights, pull, isDouble, true);
}

/** Whether the step was so short that it lowers the true objective. */
@inline
export function isNear(updated: usize, relaxation: f64): bool {
  const share = 0.5 * relaxation;
  const shares = f64x2.splat(share);
  const left = f64x2.splat(1 - share);
  const floor = f64x2.splat(2 * epsilon);
  let far = f64x2.splat(0);
  for (let k: usize = 0; k < P; k += 2) {
    const at = k << 3;
    const limit = f64x2.sub(
      f64x2.mul(shares, v128.load(old + at)),
      f64x2.mul(left, f64x2.add(v128.load(least + at), floor)),
    );
    far = v128.or(far, f64x2.lt(v128.load(updated + at), limit));
  }
  return !v128.any_true(far);
}
