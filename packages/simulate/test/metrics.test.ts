import { type DenseChunk, OptionError, ShapeError } from "@flashdeconv/core";
import { evaluateProportions } from "@flashdeconv/simulate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { averagePrecision } from "../src/average-precision.js";
import { addEvaluation, buildEvaluation, finishEvaluation } from "../src/evaluation-fold.js";
import { jensenShannonDivergence } from "../src/jensen-shannon-divergence.js";

function chunk(values: Float64Array, width: number, from = 0, to = values.length / width): DenseChunk {
  return {
    kind: "dense",
    spotStart: from,
    spotCount: to - from,
    width,
    values: values.slice(from * width, to * width),
  };
}

describe("averagePrecision", () => {
  it.each([
    // Positives at ranks 1 and 3: (1/1 + 2/3) / 2.
    [[0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0], (1 + 2 / 3) / 2],
    [[0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 1],
    [[0.1, 0.9], [1, 0], 0.5],
    // All equal: one step, to precision 1/4.
    [[0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0], 0.25],
    // Two tied at 0.8, one of them positive (precision 1/2), then the other at 0.3 (2/3): (1/2 + 2/3) / 2.
    [[0.8, 0.8, 0.3, 0], [0, 1, 1, 0], (1 / 2 + 2 / 3) / 2],
    [[0.3, 0.1], [0, 0], Number.NaN],
    [[], [], Number.NaN],
  ])("of scores %j, present %j", (scores, present, expected) => {
    const found = averagePrecision(Float64Array.from(scores), Uint8Array.from(present));
    if (Number.isNaN(expected)) expect(found).toBeNaN();
    else expect(found).toBeCloseTo(expected, 14);
  });

  it("equals the definition, threshold by threshold, with ties and in any order", () => {
    const anySpots = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(anySpots, (spots) => {
        const positiveCount = spots.filter(([, present]) => present).length;
        fc.pre(positiveCount > 0);
        let expected = 0;
        let recall = 0;
        for (let threshold = 6; threshold >= 0; threshold--) {
          const taken = spots.filter(([score]) => score >= threshold);
          const hits = taken.filter(([, present]) => present).length;
          if (taken.length > 0) expected += (hits / positiveCount - recall) * (hits / taken.length);
          recall = hits / positiveCount;
        }
        const scores = Float64Array.from(spots, ([score]) => score);
        const present = Uint8Array.from(spots, ([, isPresent]) => Number(isPresent));
        expect(averagePrecision(scores, present)).toBeCloseTo(expected, 12);
        expect(averagePrecision(scores.toReversed(), present.toReversed())).toBe(
          averagePrecision(scores, present),
        );
      }),
    );
  });

  it("leaves its arguments as they are", () => {
    const scores = Float64Array.of(0.2, 0.9, 0.1);
    averagePrecision(scores, Uint8Array.of(1, 0, 1));
    expect([...scores]).toEqual([0.2, 0.9, 0.1]);
  });
});

describe("jensenShannonDivergence", () => {
  it("is the divergence in nats", () => {
    expect(jensenShannonDivergence(Float64Array.of(1, 0), Float64Array.of(0, 1), 0, 2)).toBeCloseTo(
      Math.LN2,
      15,
    );
    expect(jensenShannonDivergence(Float64Array.of(0.3, 0.7), Float64Array.of(0.3, 0.7), 0, 2)).toBe(0);
    const least = Number.MIN_VALUE;
    expect(jensenShannonDivergence(Float64Array.of(least, 1), Float64Array.of(0, 1), 0, 2)).toBeLessThan(
      1e-300,
    );
    // m = (3/4, 1/4): KL(p|m) = ln(4/3), KL(q|m) = ln(2/3)/2 + ln(2)/2.
    const expected = (Math.log(4 / 3) + (Math.log(2 / 3) + Math.log(2)) / 2) / 2;
    const [p, q] = [Float64Array.of(9, 9, 1, 0), Float64Array.of(9, 9, 0.5, 0.5)];
    expect(jensenShannonDivergence(p, q, 2, 2)).toBeCloseTo(expected, 15);
  });
});

describe("evaluateProportions", () => {
  it("gives the values worked by hand", () => {
    // Three spots, two types; the estimate is off by 0.2 in the first spot and by 0.5 in the third.
    const truth = Float64Array.of(0.8, 0.2, 0, 1, 0.5, 0.5);
    const estimate = Float64Array.of(0.6, 0.4, 0, 1, 1, 0);
    const result = evaluateProportions(estimate, truth, 2);
    expect(result.spotCount).toBe(3);
    expect(result.excludedSpotCount).toBe(0);
    expect(result.meanAbsoluteError).toBeCloseTo(1.4 / 6, 14);
    expect(result.rmse).toBeCloseTo(Math.sqrt((2 * 0.04 + 2 * 0.25) / 6), 14);
    expect(result.meanSpotRmse).toBeCloseTo((0.2 + 0 + 0.5) / 3, 14);
    // Centred, type 0: truth (11, -13, 2) / 30, estimate (2, -16, 14) / 30; type 1 is the mirror image.
    const r = (11 * 2 + 13 * 16 + 2 * 14) / Math.sqrt((121 + 169 + 4) * (4 + 256 + 196));
    expect(result.pearsonPerType[0]).toBeCloseTo(r, 14);
    expect(result.pearsonPerType[1]).toBeCloseTo(r, 14);
    expect(result.meanPearsonPerType).toBeCloseTo(r, 14);
    // Flattened, around 1/2: truth 3, -3, -5, 5, 0, 0; estimate 1, -1, -5, 5, 5, -5 (tenths).
    expect(result.pearson).toBeCloseTo(56 / Math.sqrt(68 * 102), 14);
    // Dominant: agree, agree, and of two equal true ones either will do.
    expect(result.dominantTypeAgreement).toBe(1);
    // Type 0 is present in spots 0, 2, scored .6, 1 over 0: perfect. Type 1 in all: 1.
    expect(result.auprPerType).toEqual([1, 1]);
    expect(result.rarestType).toBe(0);
    expect(result.rarestTypeAupr).toBe(1);
    const first = jensenShannonDivergence(estimate, truth, 0, 2);
    const third = jensenShannonDivergence(estimate, truth, 4, 2);
    expect(result.jensenShannonDivergence).toBeCloseTo((first + third) / 3, 14);
  });

  it("leaves out rows with a NaN on either side and counts them", () => {
    const truth = Float64Array.of(0.8, 0.2, 0.5, 0.5, 0, 1, Number.NaN, 1);
    const estimate = Float64Array.of(0.6, 0.4, Number.NaN, Number.NaN, 0, 1, 0.5, 0.5);
    const whole = evaluateProportions(estimate, truth, 2);
    const kept = evaluateProportions(Float64Array.of(0.6, 0.4, 0, 1), Float64Array.of(0.8, 0.2, 0, 1), 2);
    expect(whole).toEqual({ ...kept, excludedSpotCount: 2 });
  });

  it("says NaN where a value is not defined", () => {
    const truth = Float64Array.of(0.8, 0.2, 0, 0.1, 0.9, 0);
    const constant = evaluateProportions(
      truth.map(() => 1 / 3),
      truth,
      3,
    );
    expect(constant.pearson).toBeNaN();
    expect(constant.pearsonPerType).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(constant.meanPearsonPerType).toBeNaN();
    expect(constant.auprPerType[2]).toBeNaN();
    expect(constant.meanAupr).toBe(1);
    const perfect = evaluateProportions(truth, truth, 3);
    expect(perfect.pearsonPerType.map((r) => Math.round(r * 1e12) / 1e12)).toEqual([1, 1, Number.NaN]);
    expect(perfect).toMatchObject({
      rmse: 0,
      meanAbsoluteError: 0,
      jensenShannonDivergence: 0,
      rarestType: 0,
    });
    expect(perfect.pearson).toBeCloseTo(1, 14);
    const nothing = evaluateProportions(new Float64Array(3).fill(Number.NaN), new Float64Array(3), 3);
    expect(nothing).toMatchObject({ spotCount: 0, excludedSpotCount: 1, rarestType: -1 });
    expect([nothing.rmse, nothing.pearson, nothing.rarestTypeAupr]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it("counts a type as present above the threshold only, and ranks only when asked", () => {
    const truth = Float64Array.of(0.95, 0.05, 0.5, 0.5, 0.6, 0.4);
    const estimate = Float64Array.of(0.1, 0.9, 0.6, 0.4, 0.7, 0.3);
    expect(evaluateProportions(estimate, truth, 2).auprPerType[1]).toBe(1);
    const strict = evaluateProportions(estimate, truth, 2, { presenceThreshold: 0.1 });
    expect(strict.auprPerType[1]).toBeCloseTo((1 / 2 + 2 / 3) / 2, 14);
    const unranked = evaluateProportions(estimate, truth, 2, { precisionRecall: false });
    expect(unranked.auprPerType).toEqual([Number.NaN, Number.NaN]);
    expect(unranked.rmse).toBe(strict.rmse);
    expect(unranked.rarestType).toBe(strict.rarestType);
  });

  it("refuses tables that do not belong together", () => {
    expect(() => evaluateProportions(new Float64Array(4), new Float64Array(6), 2)).toThrow(ShapeError);
    expect(() => evaluateProportions(new Float64Array(5), new Float64Array(5), 2)).toThrow(ShapeError);
    expect(() => evaluateProportions(new Float64Array(0), new Float64Array(0), 0)).toThrow(ShapeError);
    expect(() =>
      evaluateProportions(new Float64Array(2), new Float64Array(2), 2, { presenceThreshold: 1 }),
    ).toThrow(OptionError);
  });
});

describe("the evaluation fold", () => {
  const anyTables = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 20 }))
    .chain(([width, spotCount]) => {
      const share = fc.oneof(
        { weight: 9, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
        fc.constant(NaN),
      );
      const table = fc.array(share, { minLength: width * spotCount, maxLength: width * spotCount });
      return fc.record({ width: fc.constant(width), estimate: table, truth: table, cut: fc.nat(spotCount) });
    });

  const proportions = (rows: number[], width: number) =>
    Float64Array.from(rows, (share, i) => {
      const start = i - (i % width);
      const sum = rows.slice(start, start + width).reduce((a, b) => a + b);
      return sum === 0 ? 1 / width : share / sum;
    });

  it("gives the same bits for any chunks", async () => {
    await fc.assert(
      fc.asyncProperty(anyTables, async ({ width, cut, ...tables }) => {
        const [estimate, truth] = [proportions(tables.estimate, width), proportions(tables.truth, width)];
        const spotCount = truth.length / width;
        const whole = evaluateProportions(estimate, truth, width);
        const fold = buildEvaluation(width);
        for (const [from, to] of [
          [0, cut],
          [cut, spotCount],
        ]) {
          addEvaluation(fold, chunk(estimate, width, from, to), chunk(truth, width, from, to));
        }
        expect(finishEvaluation(fold)).toEqual(whole);
      }),
    );
  });

  it("refuses chunks of other spots or another width", () => {
    const values = new Float64Array(12);
    const fold = buildEvaluation(2);
    expect(() => addEvaluation(fold, chunk(values, 2, 0, 2), chunk(values, 2, 1, 3))).toThrow(/from spot 1/);
    expect(() => addEvaluation(fold, chunk(values, 2), chunk(values, 3))).toThrow(ShapeError);
  });
});
