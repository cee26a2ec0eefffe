import { type CsrChunk, collect, memorySource, OptionError, ShapeError } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SIZES, csrFrom, csrMatrices, denseRows } from "../../../test/csr-arbitrary.js";
import {
  buildNormalization,
  librarySizes,
  type Normalization,
  normalized,
  normalizeSignature,
} from "../src/index.js";
import { pearsonScale } from "../src/pearson.js";

const logCpm: Normalization = { kind: "log-cpm", targetSum: 1e4, logBase: "e" };
const log2Cpm: Normalization = { kind: "log-cpm", targetSum: 1e6, logBase: 2 };
const raw: Normalization = { kind: "raw" };
const pearsonOf = (width: number): Normalization => ({
  kind: "pearson",
  scale: Float64Array.from({ length: width }, (_, gene) => 1 / (gene + 1.5)),
});

/** What a row becomes, written from the formulas. */
function naiveRow(row: readonly number[], normalization: Normalization): number[] {
  const librarySize = row.reduce((sum, value) => sum + value, 0);
  return row.map((value, gene) => {
    if (normalization.kind === "raw") return value;
    if (normalization.kind === "pearson") return value * normalization.scale[gene];
    if (librarySize === 0) return 0;
    const scaled = 1 + (normalization.targetSum * value) / librarySize;
    return normalization.logBase === 2 ? Math.log2(scaled) : Math.log(scaled);
  });
}

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(tolerance * Math.abs(expected[i]));
  });
}

describe("normalized", () => {
  it("follows the formulas and gives the same bits for any chunking", async () => {
    await fc.assert(
      fc.asyncProperty(csrMatrices(), fc.constantFrom(0, 1, 2, 3), async (matrix, which) => {
        const normalization = [logCpm, log2Cpm, raw, pearsonOf(matrix.width)][which];
        const results: CsrChunk[] = [];
        for (const size of CHUNK_SIZES) {
          const source = memorySource(matrix, { spotsPerChunk: Math.min(size, 1000) });
          results.push(await collect(normalized(source, normalization)));
        }
        const expected = denseRows(matrix).map((row) => naiveRow(row, normalization));
        expectClose(denseRows(results[0]).flat(), expected.flat(), 2e-15);
        for (const other of results) expect(other).toEqual(results[0]);
      }),
    );
  });

  it("keeps the source's contract, in both precisions", async () => {
    const matrix = csrFrom([[1, 2, null], [null, null, null], [4, null, 0], ...Array(9).fill([3, 1, 1])]);
    for (const precision of ["float64", "float32"] as const) {
      for (const spotsPerChunk of [1, 5, 100]) {
        await checkSource(normalized(memorySource(matrix, { spotsPerChunk }), logCpm, { precision }));
      }
    }
  });

  it("leaves a spot without counts at 0", async () => {
    const source = memorySource(
      csrFrom([
        [0, 0],
        [1, 1],
      ]),
    );
    const { values } = await collect(normalized(source, logCpm));
    expect([...values]).toEqual([0, 0, Math.log1p(5000), Math.log1p(5000)]);
  });

  it("stores the asked precision, rounding each value once", async () => {
    const source = memorySource(csrFrom([[1, 2, 4]]));
    const wide = await collect(normalized(source, logCpm));
    const narrow = await collect(normalized(source, logCpm, { precision: "float32" }));
    expect(wide.values).toBeInstanceOf(Float64Array);
    expect(narrow.values).toEqual(Float32Array.from(wide.values));
    const kept = await collect(normalized(source, raw, { precision: "float32" }));
    expect(kept.values).toEqual(Float32Array.of(1, 2, 4));
  });

  it("refuses an unknown precision and a scale of other genes", () => {
    const source = memorySource(csrFrom([[1, 2, 4]]));
    const precision = "float16" as "float32";
    expect(() => normalized(source, logCpm, { precision })).toThrow(OptionError);
    expect(() => normalized(source, pearsonOf(2))).toThrow(/found 2 genes, expected 3 genes/);
  });
});

describe("normalizeSignature", () => {
  const signature = { typeNames: ["a", "b"], geneNames: ["x", "y"], values: Float64Array.of(1, 3, 0, 0) };

  it("uses each type's own row sum for log-cpm", () => {
    const expected = Float64Array.of(Math.log1p(2500), Math.log1p(7500), 0, 0);
    expect(normalizeSignature(signature, logCpm)).toEqual(expected);
  });

  it("uses its own mean over types for pearson, not the spots' scale", () => {
    const scale = pearsonScale(Float64Array.of(0.5, 1.5));
    const expected = Float64Array.of(scale[0], 3 * scale[1], 0, 0);
    expect(normalizeSignature(signature, pearsonOf(2))).toEqual(expected);
  });

  it("copies raw values", () => {
    const values = normalizeSignature(signature, raw);
    expect(values).toEqual(signature.values);
    expect(values).not.toBe(signature.values);
  });
});

describe("pearsonScale", () => {
  it("is 1 / sqrt(m + m^2 / 100) with m = mean + 1e-6", () => {
    const [none, hundred] = pearsonScale(Float64Array.of(0, 100 - 1e-6));
    expect(none).toBeCloseTo(1000, 4);
    expect(hundred).toBeCloseTo(1 / Math.sqrt(200), 15);
  });

  it("is fitted from means by buildNormalization", () => {
    const options = { preprocess: "pearson", targetSum: 1, logBase: "e" } as const;
    const means = Float64Array.of(2, 0);
    expect(buildNormalization(options, means)).toEqual({ kind: "pearson", scale: pearsonScale(means) });
    expect(() => buildNormalization(options)).toThrow(ShapeError);
  });
});

describe("librarySizes", () => {
  it("writes the sum of each row to the front of out", () => {
    const out = new Float64Array(4).fill(-1);
    librarySizes(
      {
        ...csrFrom([
          [1, 2],
          [null, null],
          [null, 5],
        ]),
        spotStart: 7,
      },
      out,
    );
    expect([...out]).toEqual([3, 0, 5, -1]);
  });

  it("refuses an array that is too short", () => {
    expect(() => librarySizes(csrFrom([[1], [2]]), new Float64Array(1))).toThrow(ShapeError);
  });
});
