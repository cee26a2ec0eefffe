import type { CsrChunk } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import {
  buildCountModel,
  correctPlatform,
  estimateOverdispersion,
  expressionProfiles,
  MOST_OVERDISPERSION,
  summarizeCounts,
} from "../src/index.js";
import { lcg } from "./tissue.js";

const TYPES = 3;
const GENES = 40;

function profiles(seed: number): Float64Array {
  const random = lcg(seed);
  return expressionProfiles(
    Float64Array.from({ length: TYPES * GENES }, () => random() ** 3),
    TYPES,
  );
}

/** Poisson and gamma-Poisson counts by inversion and by sums; slow and plain. */
function counts(means: Float64Array, spotCount: number, phi: number, seed: number): CsrChunk {
  const random = lcg(seed);
  const poisson = (mean: number) => {
    let left = Math.exp(-mean);
    let cumulated = left;
    const toss = random();
    let count = 0;
    while (toss > cumulated && count < 1000) cumulated += left *= mean / ++count;
    return count;
  };
  const gamma = (shape: number) => {
    let sum = 0;
    for (let i = 0; i < shape; i++) sum -= Math.log(1 - random());
    return sum / shape;
  };
  const values = new Float64Array(spotCount * GENES);
  for (let i = 0; i < values.length; i++)
    values[i] = poisson(means[i % GENES] * (phi > 0 ? gamma(1 / phi) : 1));
  const indices = Int32Array.from(values, (_, i) => i % GENES);
  const indptr = Int32Array.from({ length: spotCount + 1 }, (_, spot) => spot * GENES);
  return { kind: "csr", spotStart: 0, spotCount, width: GENES, indptr, indices, values };
}

describe("count model", () => {
  it("profiles sum to 1 and none is 0", () => {
    const rows = expressionProfiles(Float64Array.of(3, 1, 0, 0, 0, 5), 2);
    expect(rows[0] + rows[1] + rows[2]).toBeCloseTo(1, 12);
    expect(rows.every((share) => share > 0)).toBe(true);
  });

  it("finds the factors by which the platform changed genes", () => {
    const reference = profiles(1);
    const random = lcg(2);
    const factors = Float64Array.from({ length: GENES }, () => 0.3 + 2 * random());
    const mix = [0.5, 0.3, 0.2];
    const bulk = Float64Array.from({ length: GENES }, (_, g) =>
      Math.round(1e6 * factors[g] * mix.reduce((sum, share, k) => sum + share * reference[k * GENES + g], 0)),
    );
    const corrected = correctPlatform(reference, TYPES, bulk);
    const wanted = reference.map((share, i) => share * factors[i % GENES]);
    for (let k = 0; k < TYPES; k++) {
      const [a, b] = [corrected, wanted].map((rows) => rows.subarray(k * GENES, (k + 1) * GENES));
      const total = b.reduce((sum, value) => sum + value, 0);
      const error = a.reduce((sum, value, g) => sum + Math.abs(value - b[g] / total), 0);
      const before = b.reduce((sum, value, g) => sum + Math.abs(reference[k * GENES + g] - value / total), 0);
      expect(error).toBeLessThan(0.35 * before);
    }
    expect(correctPlatform(reference, TYPES, new Float64Array(GENES))).toEqual(reference);
  });

  it.each([0, 0.25, 1])("estimates an overdispersion of %d", (phi) => {
    const rows = profiles(3);
    const means = rows.subarray(0, GENES).map((share) => 400 * share);
    const sample = counts(means, 800, phi, 5);
    const proportions = new Float64Array(800 * TYPES);
    for (let spot = 0; spot < 800; spot++) proportions[spot * TYPES] = 1;
    // Means of a spot follow its own count, so the part of the variance that all genes of a spot share is not seen.
    expect(estimateOverdispersion(sample, proportions, rows, TYPES)).toBeGreaterThan(0.75 * phi - 0.01);
    expect(estimateOverdispersion(sample, proportions, rows, TYPES)).toBeLessThan(1.2 * phi + 0.02);
  });

  it.each([0, 0.25, 1])(
    "estimates it although every tenth gene is seen 5 to 200 times too often (%d)",
    (phi) => {
      const rows = profiles(3);
      const means = rows
        .subarray(0, GENES)
        .map((share, g) => 400 * share * (g % 10 === 0 ? 5 * (1 + (g % 40)) : 1));
      const sample = counts(means, 800, phi, 5);
      const proportions = new Float64Array(800 * TYPES);
      for (let spot = 0; spot < 800; spot++) proportions[spot * TYPES] = 1;
      const found = estimateOverdispersion(sample, proportions, rows, TYPES);
      expect(Math.abs(found - phi)).toBeLessThan(Math.max(0.25 * phi, 0.05));
    },
  );

  it("is never above its bound, and 0 where no gene says anything", () => {
    const rows = new Float64Array(TYPES * GENES).fill(1 / GENES);
    const proportions = new Float64Array(GENES * TYPES).fill(1 / TYPES);
    // Every spot has counts of one gene only.
    const sample: CsrChunk = {
      kind: "csr",
      spotStart: 0,
      spotCount: GENES,
      width: GENES,
      indptr: Int32Array.from({ length: GENES + 1 }, (_, i) => i),
      indices: Int32Array.from({ length: GENES }, (_, i) => i),
      values: new Float64Array(GENES).fill(400),
    };
    const found = estimateOverdispersion(sample, proportions, rows, TYPES);
    expect(found).toBeGreaterThan(0.99 * MOST_OVERDISPERSION);
    expect(found).toBeLessThanOrEqual(MOST_OVERDISPERSION);
    const nothing = counts(new Float64Array(GENES), GENES, 0, 5);
    expect(estimateOverdispersion(nothing, proportions, rows, TYPES)).toBe(0);
  });

  it("reduces counts to weighted sums and a total, the same in single precision but for rounding", () => {
    const rows = profiles(6);
    const bulk = new Float64Array(GENES).fill(100);
    const model = buildCountModel(rows, bulk, { meanDepth: 50, overdispersion: 0.5 });
    const sample = counts(new Float64Array(GENES).fill(1.5), 7, 0, 8);
    const out = new Float64Array(7 * (TYPES + 1));
    summarizeCounts(sample, model.projection, TYPES, out);
    for (let spot = 0; spot < 7; spot++) {
      const row = sample.values.subarray(spot * GENES, (spot + 1) * GENES);
      expect(out[spot * (TYPES + 1) + TYPES]).toBe(
        Float64Array.from(row).reduce((sum, count) => sum + count, 0),
      );
      for (let k = 0; k < TYPES; k++) {
        let wanted = 0;
        for (let g = 0; g < GENES; g++) wanted += row[g] * model.weights[g] * rows[k * GENES + g];
        expect(out[spot * (TYPES + 1) + k]).toBeCloseTo(wanted, 9);
      }
    }
    expect(model.gram[1]).toBe(model.gram[TYPES]);
    // Half of what the section has, and half of what types have on average.
    const mean = (1 / GENES + (rows[0] + rows[GENES] + rows[2 * GENES]) / TYPES) / 2;
    expect(model.means[0]).toBeCloseTo(mean, 12);
    expect(model.weights[0]).toBeCloseTo(1 / (mean * (1 + 0.5 * 50 * mean)), 9);
  });
});
