import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import { ORDERED_SUM_BLOCK } from "@flashdeconv/core/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SIZES, chunksOf, csrFrom, csrMatrices, denseRows } from "../../../test/csr-arbitrary.js";
import { addMoments, buildMoments, finishMoments, type GeneMoments, mergeMoments } from "../src/index.js";
import { buildGeneMap } from "../src/internal.js";

function momentsOf(matrix: CsrChunk, size: number): GeneMoments {
  const moments = buildMoments(matrix.width);
  for (const chunk of chunksOf(matrix, size)) addMoments(moments, chunk);
  return finishMoments(moments);
}

describe("gene moments", () => {
  it("are mean and sample variance of ln(1 + 1e4 y / lib), the same bits for any chunking", () => {
    fc.assert(
      fc.property(csrMatrices(), (matrix) => {
        const rows = denseRows(matrix);
        const logged = rows.map((row) => {
          const librarySize = Math.max(
            1,
            row.reduce((sum, value) => sum + value, 0),
          );
          return row.map((value) => Math.log(1 + (1e4 * value) / librarySize));
        });
        const found = momentsOf(matrix, 1);
        for (let gene = 0; gene < matrix.width; gene++) {
          const column = logged.map((row) => row[gene]);
          const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
          const squares = column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
          expect(found.mean[gene]).toBeCloseTo(mean, 12);
          expect(found.variance[gene]).toBeCloseTo(squares / Math.max(1, column.length - 1), 10);
          expect(found.variance[gene]).toBeGreaterThanOrEqual(0);
          expect(found.rawTotal[gene]).toBe(rows.reduce((sum, row) => sum + row[gene], 0));
        }
        for (const size of CHUNK_SIZES) expect(momentsOf(matrix, size)).toEqual(found);
      }),
    );
  });

  it("merge to the bits of one fold, split at any whole blocks", () => {
    const rows = Array.from({ length: 3 * ORDERED_SUM_BLOCK + 11 }, (_, spot) => [
      (spot * 7919) % 13,
      spot % 3 === 0 ? null : (spot * 31) % 5,
      spot % 101,
    ]);
    const matrix = csrFrom(rows);
    const whole = momentsOf(matrix, Number.POSITIVE_INFINITY);
    for (const blocks of [[1, 2, 3], [2], [1], [3]]) {
      const ends = [...blocks.map((block) => block * ORDERED_SUM_BLOCK), matrix.spotCount];
      const merged = buildMoments(3);
      ends.forEach((end, i) => {
        const part = buildMoments(3);
        for (const chunk of chunksOf(matrix, 997, ends[i - 1] ?? 0, end)) addMoments(part, chunk);
        mergeMoments(merged, part);
      });
      expect(finishMoments(merged)).toEqual(whole);
    }
  });

  it("are those of the narrowed chunk when a map names the columns, in any order", () => {
    const cases = csrMatrices().chain((matrix) =>
      fc.tuple(fc.constant(matrix), fc.shuffledSubarray([...Array(matrix.width).keys()])),
    );
    fc.assert(
      fc.property(cases, ([matrix, columns]) => {
        const narrowed = csrFrom(
          denseRows(matrix).map((row) => columns.map((column) => row[column])),
          columns.length,
        );
        const moments = buildMoments(columns.length);
        addMoments(moments, matrix, buildGeneMap(Int32Array.from(columns), matrix.width));
        expect(finishMoments(moments)).toEqual(momentsOf(narrowed, Number.POSITIVE_INFINITY));
      }),
    );
  });

  it("take great and fractional values with the bits of small counts", () => {
    const rows = [
      [1, 2, 3, 1],
      [5000, 2, 3, 1],
      [0.5, 2, 3, 1],
      [7, null, null, null],
    ];
    const expected = rows.map((row) => {
      const size = row.reduce<number>((sum, value) => sum + (value ?? 0), 0);
      return row.map((value) => Math.log1p((1e4 / size) * (value ?? 0)));
    });
    for (let spot = 0; spot < rows.length; spot++) {
      expect([...momentsOf(csrFrom([rows[spot]]), 1).mean]).toEqual(expected[spot]);
    }
  });

  it("refuse a map from other columns or to other genes", () => {
    const map = buildGeneMap(Int32Array.of(2, 0), 3);
    expect(() => addMoments(buildMoments(2), csrFrom([[1, 2, 3, 4]]), map)).toThrow(ShapeError);
    expect(() => addMoments(buildMoments(3), csrFrom([[1, 2, 3]]), map)).toThrow(ShapeError);
    expect(() => buildGeneMap(Int32Array.of(3), 3)).toThrow(ShapeError);
  });

  it("counts a library of at least 1 and stands a single spot", () => {
    const { mean, variance, spotCount } = momentsOf(csrFrom([[0.5, null]]), 1);
    expect([...mean]).toEqual([Math.log1p(5000), 0]);
    expect([...variance]).toEqual([0, 0]);
    expect(spotCount).toBe(1);
  });

  it("refuse other genes and no spot", () => {
    expect(() => addMoments(buildMoments(2), csrFrom([[1, 2, 3]]))).toThrow(ShapeError);
    expect(() => finishMoments(buildMoments(2))).toThrow(/found no spot/);
  });
});
