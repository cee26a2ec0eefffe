import { K } from "./gram";
import { indexAt, numberAt } from "./memory";
import {
  composition,
  direction,
  edgeWeight,
  epsilon,
  inverse,
  leaning,
  least,
  product,
  quadAt,
  rest,
  target,
  tissueWeight,
} from "./single-problem";

// The relative prior of a spot and its neighbours in single precision, in four types. Twin: packages/solver-weighted/src/single-spot.ts.

/** What is summed up over the types of a spot before its step. */
export let products: v128 = f32x4.splat(0);
export let squares: v128 = f32x4.splat(0);

@inline
export function clearSums(): void {
  products = f32x4.splat(0);
  squares = products;
}

/**
 * Slope and curvature of the prior in four types, and what the step needs of them. The curvature is that at the spot's abundances, or with
 * `isBound` that of a quadratic which is nowhere below the prior: it has the other's abundance in place of the mean.
 */
@inline
export function loadQuad(
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
