import { indexAt, numberAt } from "./memory";
import { width } from "./spot-counts";

// The minimum of a second-order picture, guessed. Twin: packages/solver-poisson/src/likely-support.ts.

/** Types that are left. */
let left: usize = 0;
/** Their equations: a lower triangle of rows of `width` numbers, and what they are equal to. */
let equations: usize = 0;
let equals: usize = 0;

/** Returns where their room ends. */
export function setSupport(room: usize): usize {
  const vector = width << 3;
  left = room;
  equals = left + vector;
  equations = equals + vector;
  return equations + width * vector;
}

/** Takes an unknown out of row `a`: `share` of the row that it is of. */
@inline
function subtractRow(a: usize, row: usize, share: f64, stride: usize): void {
  const other = equations + a * stride;
  const shares = f64x2.splat(share);
  for (let b: usize = 0; b <= a << 3; b += 16) {
    v128.store(other + b, f64x2.sub(v128.load(other + b), f64x2.mul(shares, v128.load(row + b))));
  }
}

/** Takes those of four rows, from `c` down, out of all rows before them. */
@inline
function subtractFour(c: usize, stride: usize): void {
  const first = equations + c * stride;
  const second = first - stride;
  const third = second - stride;
  const fourth = third - stride;
  const one = 1 / numberAt(first, c);
  subtractRow(c - 1, first, numberAt(first, c - 1) * one, stride);
  subtractRow(c - 2, first, numberAt(first, c - 2) * one, stride);
  subtractRow(c - 3, first, numberAt(first, c - 3) * one, stride);
  const two = 1 / numberAt(second, c - 1);
  subtractRow(c - 2, second, numberAt(second, c - 2) * two, stride);
  subtractRow(c - 3, second, numberAt(second, c - 3) * two, stride);
  const three = 1 / numberAt(third, c - 2);
  subtractRow(c - 3, third, numberAt(third, c - 3) * three, stride);
  const four = 1 / numberAt(fourth, c - 3);
  for (let a: usize = 0; a < c - 3; a++) {
    const other = equations + a * stride;
    const p = f64x2.splat(numberAt(first, a) * one);
    const q = f64x2.splat(numberAt(second, a) * two);
    const r = f64x2.splat(numberAt(third, a) * three);
    const s = f64x2.splat(numberAt(fourth, a) * four);
    for (let b: usize = 0; b <= a << 3; b += 16) {
      let pair = f64x2.sub(v128.load(other + b), f64x2.mul(p, v128.load(first + b)));
      pair = f64x2.sub(pair, f64x2.mul(q, v128.load(second + b)));
      pair = f64x2.sub(pair, f64x2.mul(r, v128.load(third + b)));
      v128.store(other + b, f64x2.sub(pair, f64x2.mul(s, v128.load(fourth + b))));
    }
  }
}

/** Solves the equations of the first `size` types that are left; unknowns are taken out from the last one on. */
function eliminate(picture: usize, target: usize, size: usize, isAll: bool): void {
  const stride = width << 3;
  for (let a: usize = 0; a < size; a++) {
    const type = indexAt(left, a);
    const from = picture + type * stride;
    const row = equations + a * stride;
    if (isAll) for (let b: usize = 0; b <= a << 3; b += 16) v128.store(row + b, v128.load(from + b));
    else {
      // In pairs, as they are read: beyond the diagonal is anything.
      for (let b: usize = 0; b <= a; b += 2) {
        const pair = v128.load64_zero(from + (indexAt(left, b) << 3));
        v128.store(row + (b << 3), v128.load64_lane(from + (indexAt(left, b + 1) << 3), pair, 1));
      }
    }
    store<f64>(equals + (a << 3), numberAt(target, type));
  }
  let rest = size;
  for (; rest > 4; rest -= 4) subtractFour(rest - 1, stride);
  for (; rest > 1; rest--) {
    const row = equations + (rest - 1) * stride;
    const inverse = 1 / numberAt(row, rest - 1);
    for (let a: usize = 0; a < rest - 1; a++) subtractRow(a, row, numberAt(row, a) * inverse, stride);
  }
  for (let c = size - 1; c > 0; c--) {
    const row = equations + c * stride;
    const share = f64x2.splat(numberAt(equals, c) * (1 / numberAt(row, c)));
    // Of `c` itself and what lies behind it nothing is wanted any more but the number that is put back.
    const own = numberAt(equals, c);
    for (let b: usize = 0; b < c << 3; b += 16) {
      v128.store(equals + b, f64x2.sub(v128.load(equals + b), f64x2.mul(share, v128.load(row + b))));
    }
    store<f64>(equals + (c << 3), own);
  }
  for (let c: usize = 0; c < size; c++) {
    const row = equations + c * stride;
    const amount = numberAt(equals, c) / numberAt(row, c);
    store<f64>(equals + (c << 3), amount);
    for (let b = c + 1; b < size; b++) {
      const at = equals + (b << 3);
      store<f64>(at, load<f64>(at) - numberAt(equations + b * stride, c) * amount);
    }
  }
}

/** To `x`: the minimum over `count` types, and without those that are not above 0 there, and so on until all are; 0 elsewhere. */
export function guessMinimum(picture: usize, target: usize, count: usize, x: usize): void {
  let size = count;
  for (let a: usize = 0; a < count; a++) {
    store<i32>(left + (a << 2), <i32>a);
    store<f64>(x + (a << 3), 0);
  }
  while (size > 0) {
    eliminate(picture, target, size, size === count);
    let kept: usize = 0;
    for (let a: usize = 0; a < size; a++) {
      store<i32>(left + (kept << 2), load<i32>(left + (a << 2)));
      kept += <usize>(numberAt(equals, a) > 0);
    }
    if (kept === size) break;
    size = kept;
  }
  for (let a: usize = 0; a < size; a++) store<f64>(x + (indexAt(left, a) << 3), numberAt(equals, a));
}
