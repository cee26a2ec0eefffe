import { collect, memorySource, ShapeError } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SIZES, csrFrom, csrMatrices, denseRows } from "../../../test/csr-arbitrary.js";
import { geneSubset } from "../src/index.js";

/** A matrix of up to 100 genes, so that the bits of a row fill several words, and some of its columns in any order. */
const matrixAndColumns = csrMatrices({ maxGenes: 100, maxSpots: 9 }).chain((matrix) =>
  fc.tuple(fc.constant(matrix), fc.shuffledSubarray([...Array(matrix.width).keys()]), fc.boolean()),
);

describe("geneSubset", () => {
  it("takes the named columns in the named order, for any chunking", async () => {
    await fc.assert(
      fc.asyncProperty(matrixAndColumns, async ([matrix, subset, ascending]) => {
        const columns = Int32Array.from(ascending ? subset.sort((a, b) => a - b) : subset);
        const expected = denseRows(matrix).map((row) => [...columns].map((column) => row[column]));
        for (const size of CHUNK_SIZES) {
          const source = memorySource(matrix, { spotsPerChunk: Math.min(size, 1000) });
          const found = await collect(geneSubset(source, columns));
          expect(denseRows(found)).toEqual(expected);
        }
      }),
    );
  });

  it("keeps the source's contract, ascending and not, zeros and all", async () => {
    const matrix = csrFrom([
      [1, 0, 3, 4],
      [null, null, null, null],
      [null, 6, 7, null],
      ...Array(6).fill([9, 8, 7, 6]),
    ]);
    for (const columns of [[0, 2, 3], [3, 0, 2], [1], [3, 2, 1, 0], []]) {
      for (const spotsPerChunk of [1, 4, 100]) {
        await checkSource(geneSubset(memorySource(matrix, { spotsPerChunk }), Int32Array.from(columns)));
      }
    }
  });

  it("holds no more than it shows, and keeps the precision", async () => {
    const source = memorySource(csrFrom([[1, 2, 3, 4]]));
    for (const columns of [
      [1, 2],
      [2, 1],
    ]) {
      const { values, indices } = await collect(geneSubset(source, Int32Array.from(columns)));
      expect(values).toBeInstanceOf(Float32Array);
      expect(values.buffer.byteLength).toBe(8);
      expect(indices.buffer.byteLength).toBe(8);
    }
  });

  it("keeps two passes over one subset apart", async () => {
    const subset = geneSubset(
      memorySource(
        csrFrom([
          [1, 2],
          [null, 3],
          [4, null],
        ]),
        { spotsPerChunk: 1 },
      ),
      Int32Array.of(1, 0),
    );
    const one = subset.chunks()[Symbol.asyncIterator]();
    const rows: number[][] = [];
    for await (const chunk of subset.chunks()) {
      rows.push(...denseRows((await one.next()).value));
      expect(denseRows(chunk)).toEqual(rows.slice(-1));
    }
    expect(rows).toEqual([
      [2, 1],
      [3, 0],
      [0, 4],
    ]);
  });

  it.each([[[0, 3]], [[-1]], [[1, 1]]])("refuses columns %j of 3", (columns) => {
    const source = memorySource(csrFrom([[1, 2, 3]]));
    expect(() => geneSubset(source, Int32Array.from(columns))).toThrow(ShapeError);
  });
});
