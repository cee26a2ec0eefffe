import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinRows, weaveRows } from "../src/stages/survey/sample-rows.js";
import { countWanted, spansToRead, surveyedRanges } from "../src/stages/survey/surveyed-ranges.js";

const BLOCK = 4096;

describe("surveyedRanges", () => {
  it("takes the whole of a section up to some 200,000 spots", () => {
    for (const spotCount of [1, 4096, 100_000, 200_000]) expect(surveyedRanges(spotCount)).toBeUndefined();
    expect(surveyedRanges(220_000)).toBeDefined();
  });

  it("spreads enough whole blocks over a larger one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 220_000, max: 30_000_000 }), (spotCount) => {
        const ranges = surveyedRanges(spotCount) ?? [];
        const taken = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
        expect(taken).toBeGreaterThanOrEqual(Math.max(100_000, 0.1 * spotCount));
        expect(taken).toBeLessThan(0.52 * spotCount);
        const stratum = spotCount / ranges.length;
        for (const [i, { start, end }] of ranges.entries()) {
          expect(start % BLOCK).toBe(0);
          expect(end).toBe(Math.min(start + BLOCK, spotCount));
          // One of each stratum, whose borders are those of blocks.
          expect(start).toBeGreaterThanOrEqual(i * stratum - BLOCK);
          expect(end).toBeLessThanOrEqual((i + 1) * stratum + BLOCK);
        }
      }),
    );
  });
});

/** Some blocks, and some spots, of a section of 40 blocks. */
const wanted = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 8 }),
    fc.uniqueArray(fc.integer({ min: 0, max: 40 * BLOCK - 1 }), { maxLength: 12 }),
  )
  .map(([blocks, spots]) => ({
    ranges: blocks.sort((a, b) => a - b).map((block) => ({ start: block * BLOCK, end: (block + 1) * BLOCK })),
    spots: Int32Array.from(spots).sort(),
  }));
const range = fc
  .tuple(fc.integer({ min: 0, max: 39 }), fc.integer({ min: 1, max: 40 }))
  .map(([first, count]) => ({ start: first * BLOCK, end: Math.min(40, first + count) * BLOCK }));

describe("what is read of a range", () => {
  it("holds all that is wanted of it, and no gap that is longer than what is read together", () => {
    fc.assert(
      fc.property(wanted, range, fc.integer({ min: 0, max: 20_000 }), (all, within, readTogether) => {
        const spans = spansToRead(all, within, readTogether);
        const isIn = (spot: number) => spans.some(({ start, end }) => spot >= start && spot < end);
        let count = 0;
        for (const { start, end } of all.ranges) {
          if (start < within.start || start >= within.end) continue;
          count += end - start;
          expect(isIn(start) && isIn(end - 1)).toBe(true);
        }
        for (const spot of all.spots) {
          if (spot < within.start || spot >= within.end) continue;
          if (!all.ranges.some(({ start, end }) => spot >= start && spot < end)) count++;
          expect(isIn(spot)).toBe(true);
        }
        expect(countWanted(all, within)).toBe(count);
        const read = spans.reduce((sum, { start, end }) => sum + end - start, 0);
        const gaps = Math.max(0, all.ranges.length + all.spots.length - 1);
        expect(read).toBeLessThanOrEqual(count + gaps * readTogether);
        for (const [i, { start, end }] of spans.entries()) {
          expect(start).toBeGreaterThanOrEqual(within.start);
          expect(end).toBeLessThanOrEqual(within.end);
          if (i > 0) expect(start - spans[i - 1].end).toBeGreaterThan(readTogether);
        }
      }),
    );
  });
});

describe("rows that were read in two passes", () => {
  const row = fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 4 });
  it("come in the order of the sample; those not read are left out", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.boolean()), { maxLength: 12 }), (sample) => {
        const rowsOf = (isCore: boolean) =>
          joinRows(
            sample
              .filter(([, is]) => is === isCore)
              .map(([values]) => ({
                rowCounts: Int32Array.of(values.length),
                genes: Int32Array.from(values),
                values: Float64Array.from(values),
                others: Float64Array.of(values.length),
              })),
          );
        const isCore = Uint8Array.from(sample, ([, is]) => (is ? 1 : 0));
        const all = weaveRows(rowsOf(true), rowsOf(false), isCore);
        expect([...all.rowCounts]).toEqual(sample.map(([values]) => values.length));
        expect([...all.values]).toEqual(sample.flatMap(([values]) => values));
        expect([...all.others]).toEqual(sample.map(([values]) => values.length));
        const core = weaveRows(rowsOf(true), undefined, isCore);
        expect([...core.rowCounts]).toEqual(sample.map(([values, is]) => (is ? values.length : -1)));
        expect(core.values.subarray(0, sample.flatMap(([values, is]) => (is ? values : [])).length)).toEqual(
          Float64Array.from(sample.flatMap(([values, is]) => (is ? values : []))),
        );
      }),
    );
  });
});
