import type { CsrChunk } from "@flashdeconv/core";
import { ORDERED_SUM_BLOCK } from "@flashdeconv/core/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_SIZES, chunksOf, csrFrom, csrMatrices } from "../../../test/csr-arbitrary.js";
import {
  addCountCheck,
  buildCountCheck,
  type CountFaultKind,
  type CountReport,
  describeCounts,
  finishCountCheck,
  mergeCountCheck,
} from "../src/index.js";

const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) },
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0.5, 0.5, 2.25),
);

function check(matrix: CsrChunk, size = Number.POSITIVE_INFINITY): CountReport {
  const fold = buildCountCheck();
  for (const chunk of chunksOf(matrix, size)) addCountCheck(fold, chunk);
  return finishCountCheck(fold);
}

/** The same, written from the definitions. */
function naiveReport({ indptr, indices, values, spotCount }: CsrChunk): CountReport {
  const entries = Array.from(values, (value, i) => ({
    spot: indptr.findLastIndex((start) => start <= i),
    gene: indices[i],
    value,
  })).filter(({ value }) => value !== 0);
  const kindOf = (value: number): CountFaultKind | undefined => {
    if (!Number.isFinite(value)) return "not finite";
    if (value < 0) return "negative";
    return Number.isInteger(value) ? undefined : "not whole";
  };
  const faulty = entries.filter(({ value }) => kindOf(value) !== undefined);
  const firsts = faulty.filter(
    ({ value }, i) => faulty.findIndex((other) => kindOf(other.value) === kindOf(value)) === i,
  );
  const finite = entries.map(({ value }) => value).filter(Number.isFinite);
  const totals = [...new Set(entries.map(({ spot }) => spot))].map((spot) =>
    entries.reduce((sum, e) => (e.spot === spot && Number.isFinite(e.value) ? sum + e.value : sum), 0),
  );
  return {
    leastTotal: Math.min(Number.POSITIVE_INFINITY, ...totals),
    greatestTotal: Math.max(0, ...totals),
    spotCount,
    emptySpotCount: spotCount - new Set(entries.map(({ spot }) => spot)).size,
    nonzeroCount: entries.length,
    total: finite.reduce((sum, value) => sum + value, 0),
    max: Math.max(0, ...finite),
    faults: firsts.map((first) => ({
      kind: kindOf(first.value)!,
      valueCount: faulty.filter(({ value }) => kindOf(value) === kindOf(first.value)).length,
      ...first,
    })),
  };
}

describe("count check", () => {
  it("finds what the definitions say, for any chunking", () => {
    fc.assert(
      fc.property(csrMatrices({ value: anyValue }), fc.constantFrom(...CHUNK_SIZES), (matrix, size) => {
        expect(check(matrix, size)).toEqual(naiveReport(matrix));
      }),
    );
  });

  it("merges to the bits of one check, split at whole blocks", () => {
    const rows = Array.from({ length: 2 * ORDERED_SUM_BLOCK + 3 }, (_, spot) => [
      spot % 5 === 0 ? null : spot / 10,
      spot === ORDERED_SUM_BLOCK + 1 ? -3 : null,
      spot % 4000 === 17 ? Number.NaN : 1,
    ]);
    const matrix = csrFrom(rows);
    const merged = buildCountCheck();
    for (let start = 0; start < matrix.spotCount; start += ORDERED_SUM_BLOCK) {
      const part = buildCountCheck();
      const end = Math.min(start + ORDERED_SUM_BLOCK, matrix.spotCount);
      for (const chunk of chunksOf(matrix, 1000, start, end)) addCountCheck(part, chunk);
      mergeCountCheck(merged, part);
    }
    expect(finishCountCheck(merged)).toEqual(check(matrix));
    expect(check(matrix).faults.map(({ kind, spot, gene }) => [kind, spot, gene])).toEqual([
      ["not whole", 1, 0],
      ["not finite", 17, 2],
      ["negative", ORDERED_SUM_BLOCK + 1, 1],
    ]);
  });

  it("does not share its faults with a check it was merged into", () => {
    const part = buildCountCheck();
    addCountCheck(part, csrFrom([[-1]]));
    const merged = buildCountCheck();
    mergeCountCheck(merged, part);
    addCountCheck(merged, { ...csrFrom([[-1]]), spotStart: 1 });
    expect(finishCountCheck(part).faults[0].valueCount).toBe(1);
    expect(finishCountCheck(merged).faults[0].valueCount).toBe(2);
  });
});

describe("describeCounts", () => {
  it.each([
    ["counts", [3, 0, 1]],
    ["counts", [null, null]],
    ["logged or scaled", [0.5, 1]],
    ["logged or scaled", [-1.25, 0.5]],
    ["logged or scaled", [0.69, 13.8]],
    ["logged or scaled", [-0.5, 240.2]],
    ["decimal counts", [0.5, 312.75, 2]],
    ["decimal counts", [0.5, 21]],
    ["invalid", [-1, 2]],
    ["invalid", [Number.NaN, 2]],
    ["invalid", [0.5, Number.POSITIVE_INFINITY]],
  ])("says %s of %j", (description, row) => {
    expect(describeCounts(check(csrFrom([row])))).toBe(description);
  });

  const rows = Array.from({ length: 40 }, (_, i) => [1 + (i % 7), i % 5, null, 3 * (i % 4), i % 2]);
  const scaledTo = (sum: number) =>
    rows.map((row) => {
      const total = row.reduce((all: number, value) => all + (value ?? 0), 0);
      return row.map((value) => (value === null ? null : Number(((value * sum) / total).toFixed(3))));
    });

  it.each([1, 14.5, 1e4, 1e6])("says normalised where all rows sum to nearly %d", (sum) => {
    expect(describeCounts(check(csrFrom([[null], ...scaledTo(sum)]), 7))).toBe("normalised counts");
  });

  it("says so of whole blocks that were merged, and not where one row is of another depth", () => {
    const merged = buildCountCheck();
    const many = Array.from({ length: ORDERED_SUM_BLOCK + 9 }, (_, i) => scaledTo(1e4)[i % rows.length]);
    many[ORDERED_SUM_BLOCK + 3] = [7.25, 3];
    for (const [start, rowsOfPart] of [
      [0, many.slice(0, ORDERED_SUM_BLOCK)],
      [ORDERED_SUM_BLOCK, many.slice(ORDERED_SUM_BLOCK)],
    ] as const) {
      const part = buildCountCheck();
      addCountCheck(part, { ...csrFrom(rowsOfPart), spotStart: start });
      if (start === 0) expect(describeCounts(finishCountCheck(part))).toBe("normalised counts");
      mergeCountCheck(merged, part);
    }
    expect(describeCounts(finishCountCheck(merged))).toBe("decimal counts");
    // Downsampled counts have one depth, too.
    expect(describeCounts(check(csrFrom(Array.from({ length: 9 }, () => [3, 4]))))).toBe("counts");
  });
});
