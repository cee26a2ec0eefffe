import type { CsrChunk } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SIZES, chunksOf, csrMatrices } from "../../../test/csr-arbitrary.js";
import { buildCountCheck, buildCountChecker, finishCountCheck } from "../src/index.js";

function bothWays(matrix: CsrChunk, size = Number.POSITIVE_INFINITY) {
  return (["wasm", "typescript"] as const).map((kernels) => {
    const add = buildCountChecker(kernels);
    const check = buildCountCheck();
    for (const chunk of chunksOf(matrix, size)) add(check, chunk);
    return finishCountCheck(check);
  });
}

function rowsOf(lengths: readonly number[], value: (i: number) => number): CsrChunk {
  const indptr = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => {
    indptr[row + 1] = indptr[row] + length;
  });
  const count = indptr[lengths.length];
  const indices = new Int32Array(count);
  lengths.forEach((length, row) => {
    for (let i = 0; i < length; i++) indices[indptr[row] + i] = i;
  });
  const values = Float32Array.from({ length: count }, (_, i) => value(i));
  const width = Math.max(1, ...lengths);
  return { kind: "csr", spotStart: 0, spotCount: lengths.length, width, indptr, indices, values };
}

const someValue = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) },
  fc.constantFrom(0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 40),
);

describe("the kernel of the count check finds what its twin finds", () => {
  it("for any values and chunking, in either precision", () => {
    fc.assert(
      fc.property(csrMatrices({ value: someValue }), fc.constantFrom(...CHUNK_SIZES), (matrix, size) => {
        for (const values of [Float32Array.from(matrix.values), Float64Array.from(matrix.values)]) {
          const [kernel, twin] = bothWays({ ...matrix, values }, size);
          expect(kernel).toEqual(twin);
        }
      }),
    );
  });

  it.each<[string, (i: number) => number]>([
    ["counts", (i) => 1 + (i % 5)],
    ["one value in a thousand that is none", (i) => (i % 1000 === 999 ? 0.25 : 1)],
    ["sums beyond 32 bits", (i) => (i % 3 === 0 ? 2 ** 30 : 1)],
  ])("for rows of all lengths, some longer than a block: %s", (_, value) => {
    const lengths = [...Array.from({ length: 300 }, (_, row) => row % 11), 20_000, 0, 16_384, 16_385, 3];
    const [kernel, twin] = bothWays(rowsOf(lengths, value));
    expect(kernel).toEqual(twin);
    expect(twin.nonzeroCount).toBe(lengths.reduce((sum, length) => sum + length, 0));
  });
});
