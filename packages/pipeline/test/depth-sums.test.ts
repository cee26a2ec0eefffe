import type { CsrChunk } from "@flashdeconv/core";
import { buildGeneMap } from "@flashdeconv/select-genes/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDepths,
  buildDepthSums,
  finishDepthSums,
  mergeDepthSums,
} from "../src/stages/survey/depth-sums.js";

const GENES = 5;
const map = buildGeneMap(Int32Array.of(1, 2, 3, 4, 5), 7);

/** Rows over 7 columns, of which the first and last are not genes. */
function chunkOf(rows: readonly (readonly number[])[]): CsrChunk {
  return {
    kind: "csr",
    spotStart: 0,
    spotCount: rows.length,
    width: 7,
    indptr: Int32Array.from({ length: rows.length + 1 }, (_, i) => 7 * i),
    indices: Int32Array.from(rows.flatMap(() => [0, 1, 2, 3, 4, 5, 6])),
    values: Float64Array.from(rows.flat()),
  };
}

function summed(parts: readonly (readonly (readonly number[])[])[]) {
  const sums = buildDepthSums(GENES);
  for (const rows of parts) {
    const part = buildDepthSums(GENES);
    addDepths(part, chunkOf(rows), map);
    mergeDepthSums(sums, part);
  }
  return sums;
}

function totalsOf(rows: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from({ length: GENES }, (_, g) => rows.reduce((sum, row) => sum + row[g + 1], 0));
}

const ordinary = Array.from({ length: 60 }, (_, i) => [999, 10 + (i % 7), 20, 0, i % 3, 40 + (i % 11), 5]);

describe("totals by depth", () => {
  it("are the same bits however the spots are divided and in whatever order they come", () => {
    const value = fc.oneof(fc.nat(30), fc.double({ min: 0, max: 1e6, noNaN: true }));
    const rows = fc.array(fc.array(value, { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(rows, fc.nat(30), (all, cut) => {
        expect(summed([all.slice(cut), all.slice(0, cut)])).toEqual(summed([all]));
        expect(summed(all.map((row) => [row]))).toEqual(summed([all]));
      }),
    );
  });

  it("leave an ordinary section as it is, to the bit", () => {
    const raw = totalsOf(ordinary);
    const depths = finishDepthSums(summed([ordinary]));
    expect(depths.cappedTotals(raw)).toBe(raw);
    expect(depths.cap).toBe(512);
    expect(depths.deepSpotCount).toBe(0);
    const sorted = ordinary.map((row) => row.slice(1, 6).reduce((a, b) => a + b)).sort((a, b) => a - b);
    expect(Math.abs(depths.median / sorted[30] - 1)).toBeLessThan(0.13);
  });

  it.each([1, 2, 5])("hold down %d very deep spots, and no others", (count) => {
    const deep = Array.from({ length: count }, () => [0, 0, 0, 4e6, 4e6, 0, 0]);
    const all = [...ordinary.slice(0, 20), ...deep, ...ordinary.slice(20)];
    const depths = finishDepthSums(summed([all]));
    expect(depths.deepSpotCount).toBe(count);
    expect(depths.cap).toBe(512);
    const capped = depths.cappedTotals(totalsOf(all));
    const wanted = totalsOf(ordinary);
    wanted[2] += 256 * count;
    wanted[3] += 256 * count;
    for (let g = 0; g < GENES; g++) expect(capped[g]).toBeCloseTo(wanted[g], 6);
  });

  it("take the tissue of a slide that is mostly bare for ordinary", () => {
    const bare = Array.from({ length: 400 }, () => [0, 1, 0, 0, 1, 0, 0]);
    expect(finishDepthSums(summed([[...bare, ...ordinary]])).deepSpotCount).toBe(0);
  });

  it("know nothing of sections without counts", () => {
    const none = finishDepthSums(summed([[[3, 0, 0, 0, 0, 0, 1]]]));
    expect(none).toMatchObject({ median: 0, cap: 64, deepSpotCount: 0 });
  });
});
