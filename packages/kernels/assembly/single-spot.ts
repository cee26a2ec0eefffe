import { K } from "./gram";
import { indexAt, numberAt } from "./memory";

// One spot's step on the bound in single precision, four types side by side: where abundances and statistics are stored so, doubles
// would say no more. Twin: packages/solver-weighted/src/single-spot.ts. Sums are made of four, by the type's number modulo four.

/** Types per row: K rounded up to four. What lies beyond K is 0. */
let Q: usize = 0;
let excess: f32 = 0;
let rest: f32 = 0;
let edgeWeight: f32 = 0;
let epsilon: f32 = 0;
let tissueWeight: f32 = 0;

let remainder: usize = 0;
let direction: usize = 0;
let composition: usize = 0;
let product: usize = 0;
let target: usize = 0;
let inverse: usize = 0;
let leaning: usize = 0;
let updated: usize = 0;
let least: usize = 0;

/** Whether problems of this kernel have single steps, and where what they need lies: K + 2 rows that are given, six of its own. */
export let hasSingle: bool = false;

export function configureSingle(
  base: usize,
  excess_: f32,
  rest_: f32,
  edgeWeight_: f32,
  epsilon_: f32,
  tissueWeight_: f32,
): void {
  hasSingle = true;
  Q = (K + 3) & ~3;
  excess = excess_;
  rest = rest_;
  edgeWeight = edgeWeight_;
  epsilon = epsilon_;
  tissueWeight = tissueWeight_;
  const row = Q << 2;
  remainder = base;
  direction = remainder + K * row;
  composition = direction + row;
  product = composition + row;
  target = product + row;
  inverse = target + row;
  leaning = inverse + row;
  updated = leaning + row;
  least = updated + row;
}

/** Four types of a row, or the last ones beside zeros. */
@inline
function quadAt(row: usize, k: usize, isLast: bool): v128 {
  const at = row + (k << 2);
  if (!isLast) return v128.load(at);
  const left = K - k;
  if (left === 1) return v128.load32_zero(at);
  const two = v128.load64_zero(at);
  return left === 2 ? two : v128.load32_lane(at, two, 2, 8);
}

@inline
function sumOfQuad(quad: v128): f32 {
  return (
    f32x4.extract_lane(quad, 0) +
    f32x4.extract_lane(quad, 1) +
    (f32x4.extract_lane(quad, 2) + f32x4.extract_lane(quad, 3))
  );
}

@inline
function greatestOfQuad(quad: v128): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(quad, 0), f32x4.extract_lane(quad, 1)),
    max<f32>(f32x4.extract_lane(quad, 2), f32x4.extract_lane(quad, 3)),
  );
}

/** `product` += the remainder's columns for up to twenty types, which stay in registers. */
@inline
function multiplyQuads(row: usize, k: usize, count: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  const stride = Q << 2;
  let at = remainder + (k << 2);
  for (let l: usize = 0; l < K; l++, at += stride) {
    const amount = v128.load32_splat(row + (l << 2));
    a = f32x4.add(a, f32x4.mul(v128.load(at), amount));
    if (count > 1) b = f32x4.add(b, f32x4.mul(v128.load(at, 16), amount));
    if (count > 2) c = f32x4.add(c, f32x4.mul(v128.load(at, 32), amount));
    if (count > 3) d = f32x4.add(d, f32x4.mul(v128.load(at, 48), amount));
    if (count > 4) e = f32x4.add(e, f32x4.mul(v128.load(at, 64), amount));
  }
  const out = product + (k << 2);
  v128.store(out, a);
  if (count > 1) v128.store(out, b, 16);
  if (count > 2) v128.store(out, c, 32);
  if (count > 3) v128.store(out, d, 48);
  if (count > 4) v128.store(out, e, 64);
}

/** `product` = the remainder of the Gram matrix times the abundances of a row. */
@inline
function multiplyRow(row: usize): void {
  let k: usize = 0;
  for (; k + 20 <= Q; k += 20) multiplyQuads(row, k, 5);
  const left = Q - k;
  if (left === 16) multiplyQuads(row, k, 4);
  else if (left === 12) multiplyQuads(row, k, 3);
  else if (left === 8) multiplyQuads(row, k, 2);
  else if (left === 4) multiplyQuads(row, k, 1);
}

/** What is summed up over the types of a spot before its step. */
let products: v128 = f32x4.splat(0);
let squares: v128 = f32x4.splat(0);

/**
 * Slope and curvature of the prior in four types, and what the step needs of them. The curvature is that at the spot's abundances, or with
 * `isBound` that of a quadratic which is nowhere below the prior: it has the other's abundance in place of the mean.
 */
@inline
function loadQuad(
  k: usize,
  row: usize,
  stat: usize,
  share: f32,
  relaxation: f32,
  along: f32,
  weight: f32,
  abundance: usize,
  from: usize,
  to: usize,
  indices: usize,
  weights: usize,
  isLast: bool,
  isBound: bool,
): void {
  const one = f32x4.splat(1);
  const floor = f32x4.splat(epsilon);
  const inPairs = from + ((to - from) & ~1);
  const own = quadAt(row, k, isLast);
  const floors = f32x4.splat(2 * epsilon);
  const raised = f32x4.add(own, floors);
  let smallest = f32x4.splat(Infinity);
  let slopes = f32x4.splat(0);
  let curvatures = slopes;
  let e = from;
  for (; e < inPairs; e += 2) {
    const first = quadAt(abundance + ((indexAt(indices, e) * K) << 2), k, isLast);
    const second = quadAt(abundance + ((indexAt(indices, e + 1) * K) << 2), k, isLast);
    const firstSum = f32x4.add(raised, first);
    const secondSum = f32x4.add(raised, second);
    const both = f32x4.div(one, f32x4.mul(firstSum, secondSum));
    let firstInverse = f32x4.mul(both, secondSum);
    let secondInverse = f32x4.mul(both, firstSum);
    const firstRatio = f32x4.mul(f32x4.add(first, floor), firstInverse);
    const secondRatio = f32x4.mul(f32x4.add(second, floor), secondInverse);
    let firstSquare = f32x4.mul(firstRatio, firstRatio);
    let secondSquare = f32x4.mul(secondRatio, secondRatio);
    if (weights !== 0) {
      firstSquare = f32x4.mul(firstSquare, f32x4.splat(<f32>numberAt(weights, e)));
      secondSquare = f32x4.mul(secondSquare, f32x4.splat(<f32>numberAt(weights, e + 1)));
    }
    slopes = f32x4.add(slopes, f32x4.add(firstSquare, secondSquare));
    if (isBound) {
      const firstFloor = f32x4.add(first, floors);
      const secondFloor = f32x4.add(second, floors);
      const bothFloors = f32x4.div(one, f32x4.mul(firstFloor, secondFloor));
      firstInverse = f32x4.mul(bothFloors, secondFloor);
      secondInverse = f32x4.mul(bothFloors, firstFloor);
    } else smallest = f32x4.pmin(f32x4.pmin(smallest, first), second);
    curvatures = f32x4.add(
      curvatures,
      f32x4.add(f32x4.mul(firstSquare, firstInverse), f32x4.mul(secondSquare, secondInverse)),
    );
  }
  if (e < to) {
    const last = quadAt(abundance + ((indexAt(indices, e) * K) << 2), k, isLast);
    let inverted = f32x4.div(one, f32x4.add(raised, last));
    const ratio = f32x4.mul(f32x4.add(last, floor), inverted);
    let square = f32x4.mul(ratio, ratio);
    if (weights !== 0) square = f32x4.mul(square, f32x4.splat(<f32>numberAt(weights, e)));
    slopes = f32x4.add(slopes, square);
    if (isBound) inverted = f32x4.div(one, f32x4.add(last, floors));
    else smallest = f32x4.pmin(smallest, last);
    curvatures = f32x4.add(curvatures, f32x4.mul(square, inverted));
  }
  const four = f32x4.splat(4);
  slopes = f32x4.mul(
    f32x4.splat(edgeWeight),
    f32x4.sub(f32x4.splat(weight), f32x4.mul(four, slopes)),
  );
  curvatures = f32x4.mul(f32x4.splat(8 * edgeWeight), curvatures);
  const at = k << 2;
  if (tissueWeight > 0) {
    const other = v128.load(composition + at);
    let inverted = f32x4.div(one, f32x4.add(raised, other));
    const ratio = f32x4.mul(f32x4.add(other, floor), inverted);
    const square = f32x4.mul(ratio, ratio);
    const lean = f32x4.sub(one, f32x4.mul(four, square));
    slopes = f32x4.add(slopes, f32x4.mul(f32x4.splat(tissueWeight), lean));
    if (isBound) inverted = f32x4.div(one, f32x4.add(other, floors));
    else smallest = f32x4.pmin(smallest, other);
    curvatures = f32x4.add(
      curvatures,
      f32x4.mul(f32x4.splat(8 * tissueWeight), f32x4.mul(square, inverted)),
    );
  }
  if (!isBound) v128.store(least + at, smallest);
  const shares = f32x4.splat(share);
  const v = v128.load(direction + at);
  const gap = f32x4.sub(
    f32x4.mul(shares, f32x4.sub(quadAt(stat, k, isLast), slopes)),
    v128.load(product + at),
  );
  const scale = f32x4.add(f32x4.splat(rest), f32x4.mul(shares, curvatures));
  const inverted = f32x4.div(one, scale);
  const leans = f32x4.mul(v, inverted);
  const value = f32x4.add(
    f32x4.mul(f32x4.splat(relaxation), gap),
    f32x4.add(f32x4.mul(scale, own), f32x4.mul(f32x4.splat(along), v)),
  );
  v128.store(target + at, value);
  v128.store(inverse + at, inverted);
  v128.store(leaning + at, leans);
  const entry = v128.and(leans, f32x4.gt(own, f32x4.splat(0)));
  products = f32x4.add(products, f32x4.mul(entry, value));
  squares = f32x4.add(squares, f32x4.mul(entry, v));
}

/** The tau of the step: see `findTau` of the solver. `products` and `squares` hold the sums of its first round. */
@inline
function findTau(): f32 {
  let tau: f32 = (excess * sumOfQuad(products)) / (1 + excess * sumOfQuad(squares));
  for (let round = 0; round < 50; round++) {
    const taus = f32x4.splat(tau);
    let sums = f32x4.splat(0);
    let lengths = sums;
    for (let k: usize = 0; k < Q; k += 4) {
      const at = k << 2;
      const v = v128.load(direction + at);
      const value = v128.load(target + at);
      const entry = v128.and(v128.load(leaning + at), f32x4.gt(value, f32x4.mul(taus, v)));
      sums = f32x4.add(sums, f32x4.mul(entry, value));
      lengths = f32x4.add(lengths, f32x4.mul(entry, v));
    }
    const next: f32 = (excess * sumOfQuad(sums)) / (1 + excess * sumOfQuad(lengths));
    if (next === tau) break;
    tau = next;
  }
  return tau;
}

/** The spot at hand, as `stepSingle` is told of it. */
let isNear: bool = false;
let change: f64 = 0;

/** One step on the bound, into `updated`. Notes whether it is short enough to lower the objective, and the largest change. */
@inline
function stepRow(
  row: usize,
  stat: usize,
  share: f32,
  relaxation: f32,
  along: f32,
  weight: f32,
  abundance: usize,
  from: usize,
  to: usize,
  indices: usize,
  weights: usize,
  isBound: bool,
): void {
  products = f32x4.splat(0);
  squares = products;
  let k: usize = 0;
  for (; k + 4 <= K; k += 4) {
    loadQuad(
      k,
      row,
      stat,
      share,
      relaxation,
      along,
      weight,
      abundance,
      from,
      to,
      indices,
      weights,
      false,
      isBound,
    );
  }
  if (k < K) {
    loadQuad(
      k,
      row,
      stat,
      share,
      relaxation,
      along,
      weight,
      abundance,
      from,
      to,
      indices,
      weights,
      true,
      isBound,
    );
  }
  const taus = f32x4.splat(findTau());
  const zero = f32x4.splat(0);
  const near = <f32>0.5 * relaxation;
  const nears = f32x4.splat(near);
  const lefts = f32x4.splat(1 - near);
  const floors = f32x4.splat(2 * epsilon);
  let far = zero;
  let changes = zero;
  let totals = zero;
  let oldTotals = zero;
  for (k = 0; k < Q; k += 4) {
    const at = k << 2;
    const own = k + 4 <= K ? v128.load(row + at) : quadAt(row, k, true);
    const value = f32x4.sub(v128.load(target + at), f32x4.mul(taus, v128.load(direction + at)));
    const moved = v128.and(f32x4.mul(value, v128.load(inverse + at)), f32x4.gt(value, zero));
    v128.store(updated + at, moved);
    if (!isBound) {
      const floor = f32x4.mul(lefts, f32x4.add(v128.load(least + at), floors));
      far = v128.or(far, f32x4.lt(moved, f32x4.sub(f32x4.mul(nears, own), floor)));
    }
    changes = f32x4.pmax(changes, f32x4.abs(f32x4.sub(moved, own)));
    totals = f32x4.add(totals, moved);
    oldTotals = f32x4.add(oldTotals, own);
  }
  isNear = !v128.any_true(far);
  const greatest = greatestOfQuad(changes);
  change = greatest > 0 ? <f64>greatest / <f64>max<f32>(sumOfQuad(totals), sumOfQuad(oldTotals)) : 0;
}

/**
 * Updates a spot of so many counts, on which neighbours or the tissue pull, by one step on the bound. Returns the largest change, next
 * to the spot's total.
 */
@inline
export function stepSingle(
  spot: usize,
  stat: usize,
  depth: f64,
  weight: f64,
  abundance: usize,
  from: usize,
  to: usize,
  indices: usize,
  weights: usize,
  relaxation_: f64,
): f64 {
  const row = abundance + ((spot * K) << 2);
  const share = <f32>(1 / depth);
  const relaxation = <f32>relaxation_;
  const w = <f32>weight;
  multiplyRow(row);
  let alongs = f32x4.splat(0);
  let k: usize = 0;
  for (; k + 4 <= K; k += 4) {
    alongs = f32x4.add(alongs, f32x4.mul(v128.load(direction + (k << 2)), v128.load(row + (k << 2))));
  }
  if (k < K) alongs = f32x4.add(alongs, f32x4.mul(v128.load(direction + (k << 2)), quadAt(row, k, true)));
  const along: f32 = (1 - relaxation) * (excess * sumOfQuad(alongs));
  stepRow(row, stat, share, relaxation, along, w, abundance, from, to, indices, weights, false);
  if (!isNear) stepRow(row, stat, share, relaxation, along, w, abundance, from, to, indices, weights, true);
  for (k = 0; k + 4 <= K; k += 4) v128.store(row + (k << 2), v128.load(updated + (k << 2)));
  for (; k < K; k++) store<f32>(row + (k << 2), load<f32>(updated + (k << 2)));
  return change;
}

/** Rounds of a start: after them sweeps go on from it as from the exact answer, or within one of it. */
const START_ROUNDS = 6;

/** Sets a spot of so many counts near to its own answer: steps on the bound from the composition, without neighbours. */
@inline
export function startSingle(spot: usize, stat: usize, depth: f64, abundance: usize): void {
  const row = abundance + ((spot * K) << 2);
  const shares = f32x4.splat(<f32>(1 / depth));
  const rests = f32x4.splat(rest);
  const inverted = f32x4.splat(1 / rest);
  const zero = f32x4.splat(0);
  let k: usize = 0;
  for (; k < Q; k += 4) {
    const at = k << 2;
    v128.store(updated + at, v128.load(composition + at));
    v128.store(leaning + at, f32x4.mul(v128.load(direction + at), inverted));
    const sums = k + 4 <= K ? v128.load(stat + at) : quadAt(stat, k, true);
    v128.store(inverse + at, f32x4.mul(shares, sums));
  }
  for (let round = 0; round < START_ROUNDS; round++) {
    multiplyRow(updated);
    products = zero;
    squares = zero;
    for (k = 0; k < Q; k += 4) {
      const at = k << 2;
      const x = v128.load(updated + at);
      const gap = f32x4.sub(v128.load(inverse + at), v128.load(product + at));
      const value = f32x4.add(gap, f32x4.mul(rests, x));
      v128.store(target + at, value);
      const entry = v128.and(v128.load(leaning + at), f32x4.gt(x, zero));
      products = f32x4.add(products, f32x4.mul(entry, value));
      squares = f32x4.add(squares, f32x4.mul(entry, v128.load(direction + at)));
    }
    const taus = f32x4.splat(findTau());
    for (k = 0; k < Q; k += 4) {
      const at = k << 2;
      const value = f32x4.sub(v128.load(target + at), f32x4.mul(taus, v128.load(direction + at)));
      v128.store(updated + at, v128.and(f32x4.mul(value, inverted), f32x4.gt(value, zero)));
    }
  }
  for (k = 0; k + 4 <= K; k += 4) v128.store(row + (k << 2), v128.load(updated + (k << 2)));
  for (; k < K; k++) store<f32>(row + (k << 2), load<f32>(updated + (k << 2)));
}
