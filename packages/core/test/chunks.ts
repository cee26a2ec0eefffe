import fc from "fast-check";
import type { CsrChunk, DenseChunk } from "../src/index.js";

/** Random sparse matrices of 1 to 40 spots. */
export const csrMatrices: fc.Arbitrary<CsrChunk> = fc
  .record({ spotCount: fc.integer({ min: 1, max: 40 }), width: fc.integer({ min: 1, max: 12 }) })
  .chain(({ spotCount, width }) =>
    fc
      .array(fc.uniqueArray(fc.nat(width - 1), { maxLength: width }), {
        minLength: spotCount,
        maxLength: spotCount,
      })
      .map((rows) => {
        const sorted = rows.map((row) => row.toSorted((a, b) => a - b));
        const indptr = new Int32Array(spotCount + 1);
        for (const [i, row] of sorted.entries()) indptr[i + 1] = indptr[i] + row.length;
        const indices = Int32Array.from(sorted.flat());
        const values = Float32Array.from(indices, (index, i) => 1 + ((index * 31 + i * 17) % 97));
        return { kind: "csr" as const, spotStart: 0, spotCount, width, indptr, indices, values };
      }),
  );

export function denseMatrix(spotCount: number, width: number): DenseChunk {
  const values = Float64Array.from({ length: spotCount * width }, (_, i) => Math.sin(i));
  return { kind: "dense", spotStart: 0, spotCount, width, values };
}
