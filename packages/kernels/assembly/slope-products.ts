import { gram, P } from "./gram";

// Products of slopes, rows of P numbers, one row for each count: added up into a lower triangle, in blocks whose sums stay in registers
// and share what is loaded. Every sum takes the counts in their order.

/** Adds the products of four types' slopes, from `a` on, with those of four types from `b` on. */
@inline
function addFourByFour(slopes: usize, a: usize, b: usize, end: usize, stride: usize): void {
  const out = gram + ((a * P + b) << 3);
  const second = out + stride;
  const third = second + stride;
  const fourth = third + stride;
  let aa = v128.load(out);
  let ab = v128.load(out, 16);
  let ba = v128.load(second);
  let bb = v128.load(second, 16);
  let ca = v128.load(third);
  let cb = v128.load(third, 16);
  let da = v128.load(fourth);
  let db = v128.load(fourth, 16);
  const ahead = (a - b) << 3;
  for (let at = slopes + (b << 3); at < end; at += stride) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    const own = at + ahead;
    let amount = v128.load64_splat(own);
    aa = f64x2.add(aa, f64x2.mul(amount, x));
    ab = f64x2.add(ab, f64x2.mul(amount, y));
    amount = v128.load64_splat(own, 8);
    ba = f64x2.add(ba, f64x2.mul(amount, x));
    bb = f64x2.add(bb, f64x2.mul(amount, y));
    amount = v128.load64_splat(own, 16);
    ca = f64x2.add(ca, f64x2.mul(amount, x));
    cb = f64x2.add(cb, f64x2.mul(amount, y));
    amount = v128.load64_splat(own, 24);
    da = f64x2.add(da, f64x2.mul(amount, x));
    db = f64x2.add(db, f64x2.mul(amount, y));
  }
  v128.store(out, aa);
  v128.store(out, ab, 16);
  v128.store(second, ba);
  v128.store(second, bb, 16);
  v128.store(third, ca);
  v128.store(third, cb, 16);
  v128.store(fourth, da);
  v128.store(fourth, db, 16);
}

/** The same of four types among themselves, without the corner above the diagonal. */
@inline
function addFourAmongThem(slopes: usize, a: usize, end: usize, stride: usize): void {
  const out = gram + ((a * P + a) << 3);
  const second = out + stride;
  const third = second + stride;
  const fourth = third + stride;
  let aa = v128.load(out);
  let ba = v128.load(second);
  let ca = v128.load(third);
  let cb = v128.load(third, 16);
  let da = v128.load(fourth);
  let db = v128.load(fourth, 16);
  for (let at = slopes + (a << 3); at < end; at += stride) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    aa = f64x2.add(aa, f64x2.mul(v128.load64_splat(at), x));
    ba = f64x2.add(ba, f64x2.mul(v128.load64_splat(at, 8), x));
    let amount = v128.load64_splat(at, 16);
    ca = f64x2.add(ca, f64x2.mul(amount, x));
    cb = f64x2.add(cb, f64x2.mul(amount, y));
    amount = v128.load64_splat(at, 24);
    da = f64x2.add(da, f64x2.mul(amount, x));
    db = f64x2.add(db, f64x2.mul(amount, y));
  }
  v128.store(out, aa);
  v128.store(second, ba);
  v128.store(third, ca);
  v128.store(third, cb, 16);
  v128.store(fourth, da);
  v128.store(fourth, db, 16);
}

/** The same of two types from `a` on with four from `b` on. */
@inline
function addTwoByFour(slopes: usize, a: usize, b: usize, end: usize, stride: usize): void {
  const out = gram + ((a * P + b) << 3);
  const second = out + stride;
  let aa = v128.load(out);
  let ab = v128.load(out, 16);
  let ba = v128.load(second);
  let bb = v128.load(second, 16);
  const ahead = (a - b) << 3;
  for (let at = slopes + (b << 3); at < end; at += stride) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    const one = v128.load64_splat(at + ahead);
    const two = v128.load64_splat(at + ahead, 8);
    aa = f64x2.add(aa, f64x2.mul(one, x));
    ab = f64x2.add(ab, f64x2.mul(one, y));
    ba = f64x2.add(ba, f64x2.mul(two, x));
    bb = f64x2.add(bb, f64x2.mul(two, y));
  }
  v128.store(out, aa);
  v128.store(out, ab, 16);
  v128.store(second, ba);
  v128.store(second, bb, 16);
}

/** The same of two types among themselves. */
@inline
function addTwoAmongThem(slopes: usize, a: usize, end: usize, stride: usize): void {
  const out = gram + ((a * P + a) << 3);
  let aa = v128.load(out);
  let ba = v128.load(out + stride);
  for (let at = slopes + (a << 3); at < end; at += stride) {
    const x = v128.load(at);
    aa = f64x2.add(aa, f64x2.mul(v128.load64_splat(at), x));
    ba = f64x2.add(ba, f64x2.mul(v128.load64_splat(at, 8), x));
  }
  v128.store(out, aa);
  v128.store(out + stride, ba);
}

/** Adds the products of all pairs of active types over the slopes of `count` counts to the picture's lower triangle, four rows at a time. */
export function addProducts(slopes: usize, count: usize): void {
  const stride = P << 3;
  const end = slopes + count * stride;
  let a: usize = 0;
  for (; a + 4 <= P; a += 4) {
    for (let b: usize = 0; b < a; b += 4) addFourByFour(slopes, a, b, end, stride);
    addFourAmongThem(slopes, a, end, stride);
  }
  if (a < P) {
    for (let b: usize = 0; b < a; b += 4) addTwoByFour(slopes, a, b, end, stride);
    addTwoAmongThem(slopes, a, end, stride);
  }
}
