import { numberAt } from "./memory";

// The Gram matrix of a problem. It and vectors of the problem have rows of P numbers, P being K rounded up to even; the last one
// is 0 then.

export let K: usize = 0;
export let P: usize = 0;
export let gram: usize = 0;

/** Where the matrix lies: K rows of P numbers. Returns where it ends. */
export function setGram(base: usize, typeCount: usize): usize {
  K = typeCount;
  P = (typeCount + 1) & ~1;
  gram = base;
  return gram + ((K * P) << 3);
}

/** `sums` += G x. */
@inline
export function addProducts(x: usize, sums: usize): void {
  let l: usize = 0;
  for (; l + 3 < K; l += 4) {
    const a = numberAt(x, l);
    const b = numberAt(x, l + 1);
    const c = numberAt(x, l + 2);
    const d = numberAt(x, l + 3);
    if (a === 0 && b === 0 && c === 0 && d === 0) continue;
    const as = f64x2.splat(a);
    const bs = f64x2.splat(b);
    const cs = f64x2.splat(c);
    const ds = f64x2.splat(d);
    const row = gram + ((l * P) << 3);
    for (let k: usize = 0; k < P; k += 2) {
      const at = row + (k << 3);
      const first = f64x2.add(
        f64x2.mul(v128.load(at), as),
        f64x2.mul(v128.load(at + (P << 3)), bs),
      );
      const second = f64x2.add(
        f64x2.mul(v128.load(at + (P << 4)), cs),
        f64x2.mul(v128.load(at + ((3 * P) << 3)), ds),
      );
      const out = sums + (k << 3);
      v128.store(out, f64x2.add(v128.load(out), f64x2.add(first, second)));
    }
  }
  for (; l < K; l++) {
    const amount = f64x2.splat(numberAt(x, l));
    const row = gram + ((l * P) << 3);
    for (let k: usize = 0; k < P; k += 2) {
      const out = sums + (k << 3);
      v128.store(out, f64x2.add(v128.load(out), f64x2.mul(v128.load(row + (k << 3)), amount)));
    }
  }
}

/** `out` = G x, twenty types at a time as long as there are so many: ten vectors stay in registers. */
@inline
export function multiply(x: usize, out: usize): void {
  const stride = P << 3;
  let k: usize = 0;
  for (; k + 20 <= P; k += 20) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    let g = a;
    let h = a;
    let p = a;
    let q = a;
    let row = gram + (k << 3);
    for (let l: usize = 0; l < K; l++, row += stride) {
      const amount = v128.load64_splat(x + (l << 3));
      a = f64x2.add(a, f64x2.mul(v128.load(row), amount));
      b = f64x2.add(b, f64x2.mul(v128.load(row, 16), amount));
      c = f64x2.add(c, f64x2.mul(v128.load(row, 32), amount));
      d = f64x2.add(d, f64x2.mul(v128.load(row, 48), amount));
      e = f64x2.add(e, f64x2.mul(v128.load(row, 64), amount));
      f = f64x2.add(f, f64x2.mul(v128.load(row, 80), amount));
      g = f64x2.add(g, f64x2.mul(v128.load(row, 96), amount));
      h = f64x2.add(h, f64x2.mul(v128.load(row, 112), amount));
      p = f64x2.add(p, f64x2.mul(v128.load(row, 128), amount));
      q = f64x2.add(q, f64x2.mul(v128.load(row, 144), amount));
    }
    const at = out + (k << 3);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
    v128.store(at, e, 64);
    v128.store(at, f, 80);
    v128.store(at, g, 96);
    v128.store(at, h, 112);
    v128.store(at, p, 128);
    v128.store(at, q, 144);
  }
  for (; k + 8 <= P; k += 8) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let row = gram + (k << 3);
    for (let l: usize = 0; l < K; l++, row += stride) {
      const amount = v128.load64_splat(x + (l << 3));
      a = f64x2.add(a, f64x2.mul(v128.load(row), amount));
      b = f64x2.add(b, f64x2.mul(v128.load(row, 16), amount));
      c = f64x2.add(c, f64x2.mul(v128.load(row, 32), amount));
      d = f64x2.add(d, f64x2.mul(v128.load(row, 48), amount));
    }
    const at = out + (k << 3);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
  }
  for (; k < P; k += 2) {
    let a = f64x2.splat(0);
    let row = gram + (k << 3);
    for (let l: usize = 0; l < K; l++, row += stride) {
      a = f64x2.add(a, f64x2.mul(v128.load(row), v128.load64_splat(x + (l << 3))));
    }
    v128.store(out + (k << 3), a);
  }
}
