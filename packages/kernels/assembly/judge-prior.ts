import { K } from "./gram";
import { indexAt, numberAt, pairAt } from "./memory";
import { composition, edgeWeight, epsilon, old, slope } from "./relative-prior";

/**
 * Takes in two types of a spot to be judged: their abundances and the slope of the prior in them, as `loadPrior` has it. Returns the
 * spot's share of the prior, half of each edge and all of what the tissue pulls. Twin: packages/solver-weighted/src/judge-prior.ts.
 */
@inline
export function judgePair(
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
): v128 {
  const size: usize = isDouble ? 3 : 2;
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const four = f64x2.splat(4);
  const floor = f64x2.splat(epsilon);
  const inPairs = from + ((to - from) & ~1);
  const own = pairAt(row, k, isDouble, isLast);
  const raised = f64x2.add(own, f64x2.splat(2 * epsilon));
  let squares = zero;
  let roughs = zero;
  let greatest = own;
  let e = from;
  for (; e < inPairs; e += 2) {
    const first = pairAt(abundance + ((indexAt(indices, e) * K) << size), k, isDouble, isLast);
    const second = pairAt(abundance + ((indexAt(indices, e + 1) * K) << size), k, isDouble, isLast);
    const firstSum = f64x2.add(raised, first);
    const secondSum = f64x2.add(raised, second);
    const both = f64x2.div(one, f64x2.mul(firstSum, secondSum));
    const firstInverse = f64x2.mul(both, secondSum);
    const secondInverse = f64x2.mul(both, firstSum);
    const firstRatio = f64x2.mul(f64x2.add(first, floor), firstInverse);
    const secondRatio = f64x2.mul(f64x2.add(second, floor), secondInverse);
    const firstGap = f64x2.sub(own, first);
    const secondGap = f64x2.sub(own, second);
    let firstSquare = f64x2.mul(firstRatio, firstRatio);
    let secondSquare = f64x2.mul(secondRatio, secondRatio);
    let firstRough = f64x2.mul(f64x2.mul(firstGap, firstGap), firstInverse);
    let secondRough = f64x2.mul(f64x2.mul(secondGap, secondGap), secondInverse);
    if (weights !== 0) {
      const firstShare = f64x2.splat(numberAt(weights, e));
      const secondShare = f64x2.splat(numberAt(weights, e + 1));
      firstSquare = f64x2.mul(firstSquare, firstShare);
      secondSquare = f64x2.mul(secondSquare, secondShare);
      firstRough = f64x2.mul(firstRough, firstShare);
      secondRough = f64x2.mul(secondRough, secondShare);
    }
    squares = f64x2.add(squares, f64x2.add(firstSquare, secondSquare));
    roughs = f64x2.add(roughs, f64x2.add(firstRough, secondRough));
    greatest = f64x2.pmax(f64x2.pmax(greatest, first), second);
  }
  if (e < to) {
    const last = pairAt(abundance + ((indexAt(indices, e) * K) << size), k, isDouble, isLast);
    const inverted = f64x2.div(one, f64x2.add(raised, last));
    const ratio = f64x2.mul(f64x2.add(last, floor), inverted);
    const gap = f64x2.sub(own, last);
    let square = f64x2.mul(ratio, ratio);
    let rough = f64x2.mul(f64x2.mul(gap, gap), inverted);
    if (weights !== 0) {
      const share = f64x2.splat(numberAt(weights, e));
      square = f64x2.mul(square, share);
      rough = f64x2.mul(rough, share);
    }
    squares = f64x2.add(squares, square);
    roughs = f64x2.add(roughs, rough);
    greatest = f64x2.pmax(greatest, last);
  }
  let slopes = f64x2.mul(f64x2.splat(edgeWeight), f64x2.sub(f64x2.splat(weight), f64x2.mul(four, squares)));
  // Each edge is met from both ends, and phi is 2 gap^2 / (a + b + 2 epsilon).
  let value = f64x2.mul(f64x2.splat(edgeWeight / 2), roughs);
  const at = k << 3;
  if (pull > 0) {
    const share = v128.load(composition + at);
    const inverted = f64x2.div(one, f64x2.add(raised, share));
    const ratio = f64x2.mul(f64x2.add(share, floor), inverted);
    const square = f64x2.mul(ratio, ratio);
    const gap = f64x2.sub(own, share);
    const pulls = f64x2.splat(pull);
    slopes = f64x2.add(slopes, f64x2.mul(pulls, f64x2.sub(one, f64x2.mul(four, square))));
    value = f64x2.add(value, f64x2.mul(pulls, f64x2.mul(f64x2.mul(gap, gap), inverted)));
    greatest = f64x2.pmax(greatest, share);
  }
  v128.store(old + at, own);
  v128.store(slope + at, v128.and(slopes, f64x2.gt(greatest, zero)));
  return value;
}
