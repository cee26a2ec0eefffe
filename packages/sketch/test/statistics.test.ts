import { type CsrChunk, collect, memorySource, ShapeError } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { describe, expect, it } from "vitest";
import {
  buildSketch,
  buildStatistics,
  buildSummarizer,
  sketchChunk,
  sketched,
  sketchSignature,
  summarizeChunk,
  summarized,
} from "../src/index.js";
import { multiply, randomCsr, randomValues, relativeError, toDense, transpose } from "./random-csr.js";

const spotCount = 23;
const geneCount = 40;
const typeCount = 4;
const counts = randomCsr(spotCount, geneCount);
const signature = randomValues(typeCount * geneCount);
const leverage = randomValues(geneCount, 9);

describe.each([1, 2, 13, 100, "none"] as const)("with %s dimensions", (dimension) => {
  const sketch = dimension === "none" ? undefined : buildSketch(leverage, { dimension });
  const width = dimension === "none" ? geneCount : dimension;
  const statistics = buildStatistics(signature, typeCount, sketch);
  // The sketch written out as a matrix; the identity without one.
  const matrix = new Float64Array(geneCount * width);
  for (let gene = 0; gene < geneCount; gene++) {
    matrix[gene * width + (sketch?.bucket[gene] ?? gene)] = sketch?.value[gene] ?? 1;
  }
  const rows = multiply(toDense(counts), matrix, geneCount);
  const signatureRows = multiply(signature, matrix, geneCount);
  const h = multiply(rows, transpose(signatureRows, typeCount), width);

  it("sketches the signature", () => {
    expect(relativeError(sketchSignature(signature, typeCount, sketch), signatureRows)).toBeLessThan(1e-14);
  });

  it("has the Gram matrix, symmetric to the bit", () => {
    const expected = multiply(signatureRows, transpose(signatureRows, typeCount), width);
    expect(relativeError(statistics.gram, expected)).toBeLessThan(1e-14);
    expect(transpose(statistics.gram, typeCount)).toEqual(statistics.gram);
  });

  it("projects each gene", () => {
    const expected = multiply(matrix, transpose(signatureRows, typeCount), width);
    expect(relativeError(statistics.projection, expected)).toBeLessThan(1e-14);
  });

  it("summarizes each spot to h and its sketched square norm", async () => {
    const { values } = await collect(summarized(memorySource(counts), statistics));
    const expected = new Float64Array(spotCount * (typeCount + 1));
    for (let spot = 0; spot < spotCount; spot++) {
      const row = rows.subarray(spot * width, (spot + 1) * width);
      expected.set(h.subarray(spot * typeCount, (spot + 1) * typeCount), spot * (typeCount + 1));
      expected[spot * (typeCount + 1) + typeCount] = row.reduce((sum, value) => sum + value * value, 0);
    }
    expect(relativeError(values, expected)).toBeLessThan(1e-14);
  });

  it("gives the same bits for any chunking, and keeps the source contract", async () => {
    const whole = await collect(summarized(memorySource(counts), statistics));
    for (const spotsPerChunk of [1, 7]) {
      const source = summarized(memorySource(counts, { spotsPerChunk }), statistics);
      expect(await collect(source)).toEqual(whole);
      await checkSource(source);
    }
  });

  if (!sketch) return;
  it("yields the sketched rows, and keeps the source contract", async () => {
    const source = sketched(memorySource(counts, { spotsPerChunk: 5 }), sketch);
    expect(relativeError((await collect(source)).values, rows)).toBeLessThan(1e-14);
    await checkSource(source);
  });
});

describe("summarizeChunk", () => {
  const statistics = buildStatistics(signature, typeCount, buildSketch(leverage, { dimension: 8 }));

  it("overwrites what was there, and rounds only once for a Float32 output", () => {
    const exact = new Float64Array(spotCount * (typeCount + 1)).fill(7);
    const rounded = new Float32Array(spotCount * (typeCount + 1)).fill(7);
    const summarizer = buildSummarizer(statistics);
    expect(summarizer.statWidth).toBe(typeCount + 1);
    summarizeChunk(summarizer, counts, exact);
    summarizeChunk(summarizer, counts, rounded);
    expect(rounded).toEqual(Float32Array.from(exact));
    // Row 3 has no value.
    expect(Array.from(exact.subarray(3 * (typeCount + 1), 4 * (typeCount + 1)))).toEqual([0, 0, 0, 0, 0]);
  });

  it("refuses counts over other genes and outputs of another length", () => {
    const out = new Float64Array(spotCount * (typeCount + 1));
    const wide: CsrChunk = { ...counts, width: geneCount + 1 };
    const summarizer = buildSummarizer(statistics);
    expect(() => summarizeChunk(summarizer, wide, out)).toThrow("41 columns");
    expect(() => summarizeChunk(summarizer, counts, out.subarray(1))).toThrow(ShapeError);
    expect(() => summarized(memorySource(wide), statistics)).toThrow(ShapeError);
  });
});

describe("sketchChunk and the signature", () => {
  const sketch = buildSketch(leverage, { dimension: 8 });

  it("overwrite what was there", () => {
    const clean = new Float64Array(spotCount * 8);
    const dirty = clean.slice().fill(7);
    sketchChunk(sketch, counts, clean);
    sketchChunk(sketch, counts, dirty);
    expect(dirty).toEqual(clean);
  });

  it("refuse lengths that do not fit", () => {
    const wide: CsrChunk = { ...counts, width: geneCount + 1 };
    expect(() => sketched(memorySource(wide), sketch)).toThrow(ShapeError);
    expect(() => sketchChunk(sketch, counts, new Float64Array(3))).toThrow("3 items");
    expect(() => sketchSignature(signature.subarray(1), typeCount, sketch)).toThrow(ShapeError);
    expect(() => buildStatistics(signature.subarray(1), typeCount)).toThrow(ShapeError);
    expect(() => buildStatistics(signature, 0)).toThrow(ShapeError);
    expect(() => buildStatistics(new Float64Array(0), 1)).toThrow(ShapeError);
  });

  it("needs no copy of the signature when there is no sketch", () => {
    expect(sketchSignature(signature, typeCount)).toBe(signature);
  });
});
