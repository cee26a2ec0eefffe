import { roots } from "./count-gradient";
import { indexAt } from "./memory";
import { COLUMN, firstTwo, lastTwo, stretchAt, stretchLength, STRETCH, sumEach, width } from "./spot-counts";

// The curvature of the likelihood over active types: products of their slopes, which are columns of shares times the roots of the
// counts' curvatures. Two types by four at a time, whose sums stay in registers.

/** Added to the diagonal, as a share of it: more than rounding in single precision can take away, and far less than counts can tell. */
export const DAMPING: f64 = 1 / <f64>(1 << 18);

/** Columns of a stretch's slopes, one for each active type. */
let slopes: usize = 0;
/** Sums over stretches: rows of `width` doubles, right on and below the diagonal. Behind the last active type they are anything. */
export let products: usize = 0;

/** Returns where their room ends. */
export function setSlopes(room: usize): usize {
  products = room;
  slopes = products + ((width * width) << 3);
  return slopes + width * COLUMN;
}

@inline
function findSlopes(from: usize, count: usize, active: usize, activeCount: usize): void {
  const stretch = stretchAt(from);
  const root = roots + (from << 2);
  for (let a: usize = 0; a < activeCount; a++) {
    const column = stretch + indexAt(active, a) * COLUMN;
    const to = slopes + a * COLUMN;
    for (let i: usize = 0; i < count; i += 16) {
      v128.store(to + i, f32x4.mul(v128.load(root + i), v128.load(column + i)));
    }
  }
}

@inline
function keepTwo(at: usize, sums: v128, isFirst: bool): void {
  v128.store(at, isFirst ? sums : f64x2.add(v128.load(at), sums));
}

@inline
function keepFour(at: usize, sums: v128, isFirst: bool): void {
  keepTwo(at, firstTwo(sums), isFirst);
  keepTwo(at + 16, lastTwo(sums), isFirst);
}

/** The products of two types, from `a` on, with four from `b` on; added to those of stretches before. */
@inline
function addTwoByFour(a: usize, b: usize, count: usize, isFirst: bool): void {
  const own = slopes + a * COLUMN;
  const other = slopes + b * COLUMN;
  let aa = f32x4.splat(0);
  let ab = aa;
  let ac = aa;
  let ad = aa;
  let ba = aa;
  let bb = aa;
  let bc = aa;
  let bd = aa;
  for (let i: usize = 0; i < count; i += 16) {
    const one = v128.load(own + i);
    const two = v128.load(own + i, COLUMN);
    const w = v128.load(other + i);
    aa = f32x4.add(aa, f32x4.mul(one, w));
    ba = f32x4.add(ba, f32x4.mul(two, w));
    const x = v128.load(other + i, COLUMN);
    ab = f32x4.add(ab, f32x4.mul(one, x));
    bb = f32x4.add(bb, f32x4.mul(two, x));
    const y = v128.load(other + i, 2 * COLUMN);
    ac = f32x4.add(ac, f32x4.mul(one, y));
    bc = f32x4.add(bc, f32x4.mul(two, y));
    const z = v128.load(other + i, 3 * COLUMN);
    ad = f32x4.add(ad, f32x4.mul(one, z));
    bd = f32x4.add(bd, f32x4.mul(two, z));
  }
  const at = products + ((a * width + b) << 3);
  keepFour(at, sumEach(aa, ab, ac, ad), isFirst);
  keepFour(at + (width << 3), sumEach(ba, bb, bc, bd), isFirst);
}

/** The products of two types, from `a` on, among themselves. */
@inline
function addTwoAmongThem(a: usize, count: usize, isFirst: bool): void {
  const own = slopes + a * COLUMN;
  let aa = f32x4.splat(0);
  let ba = aa;
  let bb = aa;
  for (let i: usize = 0; i < count; i += 16) {
    const one = v128.load(own + i);
    const two = v128.load(own + i, COLUMN);
    aa = f32x4.add(aa, f32x4.mul(one, one));
    ba = f32x4.add(ba, f32x4.mul(two, one));
    bb = f32x4.add(bb, f32x4.mul(two, two));
  }
  const sums = sumEach(aa, aa, ba, bb);
  keepTwo(products + ((a * width + a) << 3), firstTwo(sums), isFirst);
  keepTwo(products + (((a + 1) * width + a) << 3), lastTwo(sums), isFirst);
}

function addProducts(count: usize, activeCount: usize, isFirst: bool): void {
  for (let a: usize = 0; a < activeCount; a += 2) {
    let b: usize = 0;
    for (; b < a; b += 4) addTwoByFour(a, b, count, isFirst);
    if (b === a) addTwoAmongThem(a, count, isFirst);
  }
}

/** The curvature of `length` counts over the active types, to `products`. */
export function addCurvatures(length: usize, active: usize, activeCount: usize): void {
  for (let from: usize = 0; from < length; from += STRETCH) {
    const count = stretchLength(from, length) << 2;
    findSlopes(from, count, active, activeCount);
    addProducts(count, activeCount, from === 0);
  }
  for (let a: usize = 0; a < activeCount; a++) {
    const at = products + ((a * width + a) << 3);
    const own = load<f64>(at);
    store<f64>(at, own + own * DAMPING);
  }
}
