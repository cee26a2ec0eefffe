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
