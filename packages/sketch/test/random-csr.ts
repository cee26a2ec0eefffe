import type { CsrChunk } from "@flashdeconv/core";
import { legacyRandom } from "../src/legacy-random.js";

/** A seeded sparse matrix with values in 0 .. 5; every seventh row is empty. */
export function randomCsr(spotCount: number, width: number, seed = 1, density = 0.3): CsrChunk {
  const random = legacyRandom(seed);
  const uniform = () => random.next() / 2 ** 32;
  const indptr = new Int32Array(spotCount + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let spot = 0; spot < spotCount; spot++) {
    for (let gene = 0; gene < width; gene++) {
      if (spot % 7 === 3 || uniform() > density) continue;
      indices.push(gene);
      values.push(5 * uniform());
    }
    indptr[spot + 1] = indices.length;
  }
  return {
    kind: "csr",
    spotStart: 0,
    spotCount,
    width,
    indptr,
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}

/** The same matrix with every zero written out, row-major. */
export function toDense({ spotCount, width, indptr, indices, values }: CsrChunk): Float64Array {
  const dense = new Float64Array(spotCount * width);
  for (let spot = 0; spot < spotCount; spot++) {
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) dense[spot * width + indices[i]] = values[i];
  }
  return dense;
}

export function randomValues(count: number, seed = 2): Float64Array {
  const random = legacyRandom(seed);
  return Float64Array.from({ length: count }, () => random.next() / 2 ** 31);
}

/** a (rows x inner) times b (inner x columns), the plain way. */
export function multiply(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const rows = a.length / inner;
  const columns = b.length / inner;
  const product = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += a[row * inner + i] * b[i * columns + column];
      product[row * columns + column] = sum;
    }
  }
  return product;
}

export function transpose(a: Float64Array, rows: number): Float64Array {
  const columns = a.length / rows;
  return Float64Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]);
}

/** The greatest difference of two arrays, relative to the greatest number in the second. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let error = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i] - expected[i]);
    if (!(difference < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
    error = Math.max(error, difference);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return error / scale;
}
