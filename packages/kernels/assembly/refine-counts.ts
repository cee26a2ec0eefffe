import { setGradient } from "./count-gradient";
import { numberAt, indexAt, storedAt, storedPair } from "./memory";
import {
  abundance,
  differentiate,
  exchange,
  gradient,
  landStep,
  moveToMinimum,
  multiplyRows,
  next,
  setStep,
  sums,
} from "./newton-step";
import { setSlopes } from "./slope-products";
import { loadCounts, setRoom, setTables, width } from "./spot-counts";

// Refines spots by the likelihood of their counts. Twin: packages/solver-poisson/src/refine-counts.ts. Every operation is the twin's, in
// its order and precision, so that both give the same bits.

let typeCount: usize = 0;
let mostSteps: i32 = 1;
let leastStart: f64 = 0;
let farStep: f64 = 0;
let mostGrowth: f64 = 0;
/** Whether steps are taken to the end. */
let isClimb: bool = false;
let smallStep: f64 = 0;
let mostRise: f64 = 0;
let mostHalvings: i32 = 0;
/** Of the likelihood: K rows of as many numbers as vectors have. */
let likelihoodGram: usize = 0;

/**
 * Where things lie: shares ((G + 1) rows of K rounded up to four, in single precision, the last row 0), weights (G, single), the
 * likelihood's Gram matrix (K rows as long) with totals behind it, and room for this thread's own numbers and rows of `longest` counts.
 * Returns where that ends.
 */
export function configure(
  typeCount_: usize,
  geneCount: usize,
  shares: usize,
  weights: usize,
  gram: usize,
  longest: usize,
): usize {
  typeCount = typeCount_;
  likelihoodGram = gram;
  setTables(typeCount, geneCount, shares, weights);
  const totals = gram + ((typeCount * width) << 3);
  const end = setSlopes(setStep(typeCount, totals, totals + (width << 3)));
  return setRoom(setGradient(end, longest), longest);
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

@inline
function isSound(depth: f64): bool {
  let total: f64 = 0;
  for (let k: usize = 0; k < typeCount; k++) total += numberAt(next, k);
  return total >= depth / mostGrowth && total <= depth * mostGrowth;
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
    exchange();
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
    loadCounts(from, length, indices, values, isDouble);
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
