import { numberAt } from "./memory";
import {
  COLUMN,
  firstTwo,
  lastTwo,
  scales,
  stretchAt,
  stretchLength,
  STRETCH,
  sumEach,
  weighted,
  width,
} from "./spot-counts";

// Expected counts at a spot's abundances, and the gradient of the likelihood there.

/** An expected count below this is taken for this, and a root of curvature above that for that: no sum is infinite. */
const LEAST_MEAN: f32 = 1e-18;
const MOST_ROOT: f32 = 1e18;

/** Of each count, rounded up to four: what the gradient takes of the shares, and the root of the curvature. */
let ratios: usize = 0;
export let roots: usize = 0;
/** Of each type that is there: where its columns lie in a stretch, and its abundance. */
let present: usize = 0;
let presentEnd: usize = 0;

/** Makes room for rows of `longest` counts. Returns where it ends. */
export function setGradient(room: usize, longest: usize): usize {
  const most = ((longest + 3) & ~3) << 2;
  ratios = room;
  roots = ratios + most;
  present = roots + most;
  return present + (width << 3);
}

@inline
function findPresent(abundance: usize): void {
  presentEnd = present;
  for (let k: usize = 0; k < width; k++) {
    const amount = <f32>numberAt(abundance, k);
    if (!(amount > 0)) continue;
    store<i32>(presentEnd, <i32>(k * COLUMN));
    store<f32>(presentEnd, amount, 4);
    presentEnd += 8;
  }
}

@inline
function addTo(sum: v128, amount: v128, column: usize, offset: usize): v128 {
  return f32x4.add(sum, f32x4.mul(amount, v128.load(column + offset)));
}

@inline
function invert(mean: v128, at: usize): void {
  const inverse = f32x4.div(f32x4.splat(1), f32x4.pmax(mean, f32x4.splat(LEAST_MEAN)));
  v128.store(ratios + at, f32x4.mul(v128.load(weighted + at), inverse));
  const root = f32x4.mul(v128.load(scales + at), inverse);
  v128.store(roots + at, f32x4.pmin(root, f32x4.splat(MOST_ROOT)));
}

/** Sixteen counts at a time as long as there are so many. */
function meanCounts(length: usize): void {
  const zero = f32x4.splat(0);
  for (let from: usize = 0; from < length; from += STRETCH) {
    const count = stretchLength(from, length) << 2;
    const stretch = stretchAt(from);
    const at = from << 2;
    let i: usize = 0;
    for (; i + 64 <= count; i += 64) {
      let a = zero;
      let b = zero;
      let c = zero;
      let d = zero;
      for (let entry = present; entry < presentEnd; entry += 8) {
        const column = stretch + i + <usize>load<u32>(entry);
        const amount = v128.load32_splat(entry, 4);
        a = addTo(a, amount, column, 0);
        b = addTo(b, amount, column, 16);
        c = addTo(c, amount, column, 32);
        d = addTo(d, amount, column, 48);
      }
      invert(a, at + i);
      invert(b, at + i + 16);
      invert(c, at + i + 32);
      invert(d, at + i + 48);
    }
    for (; i < count; i += 16) {
      let a = zero;
      for (let entry = present; entry < presentEnd; entry += 8) {
        a = addTo(a, v128.load32_splat(entry, 4), stretch + i + <usize>load<u32>(entry), 0);
      }
      invert(a, at + i);
    }
  }
}

/** `gradient` = totals less the ratios' products with each column; four types at a time. */
function subtractRatios(length: usize, totals: usize, gradient: usize): void {
  for (let k: usize = 0; k < width; k += 4) {
    let early = f64x2.splat(0);
    let late = early;
    for (let from: usize = 0; from < length; from += STRETCH) {
      const count = stretchLength(from, length) << 2;
      const ratio = ratios + (from << 2);
      const column = stretchAt(from) + k * COLUMN;
      let a = f32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      for (let i: usize = 0; i < count; i += 16) {
        const amount = v128.load(ratio + i);
        a = addTo(a, amount, column + i, 0);
        b = addTo(b, amount, column + i, COLUMN);
        c = addTo(c, amount, column + i, 2 * COLUMN);
        d = addTo(d, amount, column + i, 3 * COLUMN);
      }
      const sums = sumEach(a, b, c, d);
      early = f64x2.add(early, firstTwo(sums));
      late = f64x2.add(late, lastTwo(sums));
    }
    const at = k << 3;
    v128.store(gradient + at, f64x2.sub(v128.load(totals + at), early));
    v128.store(gradient + at, f64x2.sub(v128.load(totals + at, 16), late), 16);
  }
}

/** The gradient at `abundance` of the counts that were taken in; vectors of `width` numbers, 0 beyond the last type. */
export function differentiateCounts(length: usize, abundance: usize, totals: usize, gradient: usize): void {
  findPresent(abundance);
  meanCounts(length);
  subtractRatios(length, totals, gradient);
}
