import { K } from "./gram";

// A problem whose steps are made in single precision, four types side by side, and what all of them need. Sums are made of four, by the
// type's number modulo four.

/** Types per row: K rounded up to four. What lies beyond K is 0. */
export let Q: usize = 0;
export let excess: f32 = 0;
export let rest: f32 = 0;
export let edgeWeight: f32 = 0;
export let epsilon: f32 = 0;
export let tissueWeight: f32 = 0;

let remainder: usize = 0;
export let direction: usize = 0;
export let composition: usize = 0;
export let product: usize = 0;
export let target: usize = 0;
export let inverse: usize = 0;
export let leaning: usize = 0;
export let updated: usize = 0;
export let least: usize = 0;

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
export function quadAt(row: usize, k: usize, isLast: bool): v128 {
  const at = row + (k << 2);
  if (!isLast) return v128.load(at);
  const left = K - k;
  if (left === 1) return v128.load32_zero(at);
  const two = v128.load64_zero(at);
  return left === 2 ? two : v128.load32_lane(at, two, 2, 8);
}

@inline
export function sumOfQuad(quad: v128): f32 {
  return (
    f32x4.extract_lane(quad, 0) +
    f32x4.extract_lane(quad, 1) +
    (f32x4.extract_lane(quad, 2) + f32x4.extract_lane(quad, 3))
  );
}

@inline
export function greatestOfQuad(quad: v128): f32 {
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
export function multiplyRow(row: usize): void {
  let k: usize = 0;
  for (; k + 20 <= Q; k += 20) multiplyQuads(row, k, 5);
  const left = Q - k;
  if (left === 16) multiplyQuads(row, k, 4);
  else if (left === 12) multiplyQuads(row, k, 3);
  else if (left === 8) multiplyQuads(row, k, 2);
  else if (left === 4) multiplyQuads(row, k, 1);
}

/** The tau of a step: see `findTau` of the solver. `products` and `squares` are the sums of its first round. */
@inline
export function findTau(products: v128, squares: v128): f32 {
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
