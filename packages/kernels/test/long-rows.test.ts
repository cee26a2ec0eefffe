import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { geneMomentsKernel, refineCountsKernel, rowStatisticsKernel } from "../src/index.js";

const GENES = 3;
const ENTRIES = 20_000;
/** A row that names each of three columns thousands of times. */
const chunk: CsrChunk = {
  kind: "csr",
  spotStart: 7,
  spotCount: 1,
  width: GENES,
  indptr: Int32Array.of(0, ENTRIES),
  indices: Int32Array.from({ length: ENTRIES }, (_, i) => i % GENES),
  values: new Float32Array(ENTRIES).fill(1),
};
const out = new Float64Array(2);
const ones = (length: number) => new Float64Array(length).fill(1);

describe("a row longer than there are columns", () => {
  it.each([
    [
      "row statistics",
      () =>
        rowStatisticsKernel({ typeCount: 1, geneCount: GENES, projection: ones(GENES) }).summarizeRows(
          chunk,
          out,
        ),
    ],
    [
      "gene moments",
      () => {
        const columns = { geneCount: GENES, geneOfColumn: Int32Array.of(0, 1, 2) };
        geneMomentsKernel(columns, 1e4, () => undefined)(new Float64Array(3 * GENES), chunk, 0, 1);
      },
    ],
    [
      "refining",
      () => {
        const tables = {
          shares: new Float32Array(GENES).fill(1),
          weights: new Float32Array(GENES).fill(1),
          totals: ones(1),
          gram: ones(1),
        };
        const limits = { leastStart: 0.01, mostSteps: 1, farStep: 0.1, mostGrowth: 4 } as const;
        const kernel = refineCountsKernel({ typeCount: 1, geneCount: GENES, ...tables, ...limits });
        kernel.refineRows(chunk, ones(1), out);
      },
    ],
  ])("is refused by %s, and does not hang", (_, work) => {
    expect(work).toThrow(ShapeError);
    expect(work).toThrow(/row 7: found 20000 entries, expected at most 3/);
  });
});
