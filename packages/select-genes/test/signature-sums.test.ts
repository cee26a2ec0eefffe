import { ShapeError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SIZES, chunksOf, csrFrom, csrMatrices, denseRows } from "../../../test/csr-arbitrary.js";
import { addCells, buildSignatureSums, finishSignature, signatureSubset } from "../src/index.js";

const TYPE_NAMES = ["Neuron", "B cell", "Tuft"];

const labelled = csrMatrices().chain((matrix) =>
  fc.tuple(
    fc.constant(matrix),
    fc.array(fc.integer({ min: -1, max: 2 }), { minLength: matrix.spotCount, maxLength: matrix.spotCount }),
  ),
);

const geneNames = (count: number) => Array.from({ length: count }, (_, i) => `g${i}`);

describe("the signature fold", () => {
  it("is the mean (or sum) per type in name order, for any chunking", () => {
    fc.assert(
      fc.property(labelled, fc.constantFrom("mean", "sum"), ([matrix, codes], aggregate) => {
        fc.pre(codes.some((code) => code >= 0));
        const rows = denseRows(matrix);
        const used = ["B cell", "Neuron", "Tuft"].filter((name) => codes.includes(TYPE_NAMES.indexOf(name)));
        const cellsOf = (name: string) => rows.filter((_, i) => codes[i] === TYPE_NAMES.indexOf(name));
        const expected = used.flatMap((name) =>
          geneNames(matrix.width).map((_, gene) => {
            const sum = cellsOf(name).reduce((total, row) => total + row[gene], 0);
            return aggregate === "mean" ? sum / cellsOf(name).length : sum;
          }),
        );
        for (const size of CHUNK_SIZES) {
          const fold = buildSignatureSums(3, matrix.width);
          for (const chunk of chunksOf(matrix, size)) addCells(fold, chunk, Int32Array.from(codes));
          const { signature, cellCounts, unlabelledCount } = finishSignature(
            fold,
            TYPE_NAMES,
            geneNames(matrix.width),
            aggregate as "mean" | "sum",
          );
          expect(signature.typeNames).toEqual(used);
          expect([...signature.values]).toEqual(expected);
          expect([...cellCounts]).toEqual(used.map((name) => cellsOf(name).length));
          expect(unlabelledCount).toBe(codes.filter((code) => code === -1).length);
        }
      }),
    );
  });

  it("refuses what does not fit", () => {
    const fold = buildSignatureSums(2, 2);
    expect(() => addCells(fold, csrFrom([[1, 2, 3]]), Int32Array.of(0))).toThrow(/found a chunk of 3 genes/);
    expect(() => addCells(fold, csrFrom([[1, 2]]), Int32Array.of(2))).toThrow(/type code 2 for cell 0/);
    expect(() => addCells(fold, csrFrom([[1, 2]]), Int32Array.of())).toThrow(ShapeError);
    expect(() => finishSignature(fold, ["a", "b"], ["x", "y"])).toThrow(/no cell with a type/);
    addCells(fold, csrFrom([[1, 2]]), Int32Array.of(0));
    expect(() => finishSignature(fold, ["a"], ["x", "y"])).toThrow(ShapeError);
    expect(() => finishSignature(fold, ["a", "b"], ["x"])).toThrow(ShapeError);
  });
});

it("signatureSubset takes columns in any order", () => {
  const signature = {
    typeNames: ["a", "b"],
    geneNames: ["x", "y", "z"],
    values: Float64Array.of(1, 2, 3, 4, 5, 6),
  };
  expect(signatureSubset(signature, Int32Array.of(2, 0))).toEqual({
    typeNames: ["a", "b"],
    geneNames: ["z", "x"],
    values: Float64Array.of(3, 1, 6, 4),
  });
  expect(() => signatureSubset(signature, Int32Array.of(3))).toThrow(ShapeError);
});
