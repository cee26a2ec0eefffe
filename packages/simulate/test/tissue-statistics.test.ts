import { collect } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import { deviation, geneTotals, LAYOUTS, mean, readTruth, rowTotals } from "./tissue-tools.js";

describe("truth", () => {
  it.each(LAYOUTS)(
    "%s: rows are proportions of two to five types, whatever the number of types",
    async (layout) => {
      for (const typeCount of [6, 8, 30]) {
        const rows = await readTruth({ layout, typeCount, spotCount: 2500, seed: 3, rareTypeFraction: 0 });
        for (const row of rows) {
          expect(row.every((share) => share === 0 || (share >= 0.009 && share <= 1))).toBe(true);
          expect(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-12);
          expect(row.filter((share) => share > 0).length).toBeLessThanOrEqual(5);
        }
        const mixed = rows.filter((row) => row.filter((share) => share > 0.02).length >= 2);
        expect(mixed.length / rows.length).toBeGreaterThan(0.95);
      }
    },
  );

  it("holds one type or a few, each number as often, with least shares", async () => {
    for (const [typesPerSpot, leastShare] of [
      [2, 0.3],
      [3, 0.1],
      [1, 1],
    ]) {
      const rareTypeFraction = 0.1;
      const few = { typesPerSpot, leastShare, rareTypeFraction, typeCount: 20, spotCount: 3000, seed: 3 };
      const rows = await readTruth(few);
      const sizes = new Float64Array(typesPerSpot + 1);
      for (const row of rows) {
        const shares = row.filter((share) => share > 0);
        sizes[shares.length]++;
        expect(Math.min(...shares)).toBeGreaterThan(leastShare - 1e-12);
        expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-12);
      }
      expect(sizes[0]).toBe(0);
      // A spot may have fewer types than were drawn for it.
      for (const size of sizes.subarray(1)) {
        expect(Math.abs(size / rows.length - 1 / typesPerSpot)).toBeLessThan(0.1);
      }
      const rare = rows.filter(([first]) => first > 0).length / rows.length;
      expect(Math.abs(rare - rareTypeFraction)).toBeLessThan(0.03);
    }
  });

  it("sums to one for one, two and three types too, and blends two", async () => {
    for (const typeCount of [1, 2, 3]) {
      for (const rareTypeFraction of typeCount === 1 ? [0] : [0, 0.5, 1]) {
        const rows = await readTruth({ typeCount, rareTypeFraction, spotCount: 500 });
        for (const row of rows) expect(Math.abs(mean(row) * typeCount - 1)).toBeLessThan(1e-12);
      }
    }
    const two = await readTruth({ typeCount: 2, rareTypeFraction: 0, spotCount: 2500 });
    expect(two.filter((row) => row[0] > 0.2 && row[0] < 0.8).length / two.length).toBeGreaterThan(0.2);
  });

  it("holds the rare type in its share of spots, at 10 to 40 %", async () => {
    for (const rareTypeFraction of [0.02, 0.3]) {
      const spotCount = 20_000;
      const shares = (await readTruth({ spotCount, rareTypeFraction }))
        .map((row) => row[0])
        .filter((s) => s > 0);
      const error = Math.sqrt((rareTypeFraction * (1 - rareTypeFraction)) / spotCount);
      expect(Math.abs(shares.length / spotCount - rareTypeFraction)).toBeLessThan(5 * error);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.1);
      expect(Math.max(...shares)).toBeLessThanOrEqual(0.4 + 1e-12);
      expect(Math.abs(mean(shares) - 0.25)).toBeLessThan((5 * 0.3) / Math.sqrt(12 * shares.length));
    }
  });

  it("is alike in neighbours, less so where rough; only the sharp layouts have borders", async () => {
    const size = 80;
    const jumps = async (layout: (typeof LAYOUTS)[number], borderWidth = 0) => {
      const rows = await readTruth({
        layout,
        borderWidth,
        spotCount: size * size,
        spotVariation: 0,
        rareTypeFraction: 0,
        seed: 5,
      });
      const distance = (a: number, b: number) =>
        rows[a].reduce((sum, share, type) => sum + Math.abs(share - rows[b][type]), 0) / 2;
      const near: number[] = [];
      const far: number[] = [];
      for (let spot = 0; spot + size < rows.length; spot++) {
        near.push(distance(spot, spot + size));
        far.push(distance(spot, (spot * 2657 + 1000) % rows.length));
      }
      return { near: mean(near), far: mean(far), greatest: Math.max(...near) };
    };
    const smooth = await jumps("smooth");
    expect(smooth.near).toBeLessThan(0.25 * smooth.far);
    for (const layout of ["patchy", "layered"] as const) {
      const sharp = await jumps(layout);
      expect(sharp.near).toBeLessThan(0.25 * sharp.far);
      expect(sharp.greatest).toBeGreaterThan(0.5);
      expect(sharp.greatest).toBeGreaterThan(1.5 * smooth.greatest);
      const gradual = await jumps(layout, 12);
      expect(gradual.greatest).toBeLessThan(0.25 * sharp.greatest);
      expect(gradual.far).toBeGreaterThan(0.6 * sharp.far);
    }
    const rough = await jumps("rough");
    expect(rough.near).toBeGreaterThan(2 * smooth.near);
    expect(rough.near).toBeLessThan(0.8 * rough.far);
  });
});

describe("counts", () => {
  it("are whole, with the asked mean depth, spread and share of empty spots", async () => {
    const spotCount = 6000;
    const { counts } = simulateTissue({
      spotCount,
      geneCount: 200,
      depth: 300,
      depthVariation: 0.5,
      emptySpotFraction: 0.1,
    });
    const matrix = await collect(counts);
    expect(matrix.values.every((value) => Number.isInteger(value) && value > 0)).toBe(true);
    const totals = rowTotals(matrix);
    const filled = totals.filter((total) => total > 0);
    expect(Math.abs(1 - filled.length / spotCount - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / spotCount));
    const expectedDeviation = Math.sqrt(300 + 300 * 300 * Math.expm1(0.25));
    expect(Math.abs(mean(filled) - 300)).toBeLessThan((5 * expectedDeviation) / Math.sqrt(filled.length));
    expect(deviation(filled) / expectedDeviation).toBeCloseTo(1, 1);
  });

  it.each([0, 0.5, 3])("have variance m + phi m^2 in every gene, phi %d", async (overdispersion) => {
    const spotCount = 8000;
    const options = { spotCount, geneCount: 12, typeCount: 1, depth: 60, depthVariation: 0, overdispersion };
    const tissue = simulateTissue({ ...options, baselineVariation: 1 });
    const matrix = await collect(tissue.counts);
    const columns = Array.from({ length: 12 }, () => new Array<number>(spotCount).fill(0));
    for (let row = 0; row < spotCount; row++) {
      for (let i = matrix.indptr[row]; i < matrix.indptr[row + 1]; i++) {
        columns[matrix.indices[i]][row] = matrix.values[i];
      }
    }
    columns.forEach((column, gene) => {
      const expected = (tissue.reference.signature.values[gene] / tissue.options.referenceDepth) * 60;
      const variance = expected + overdispersion * expected * expected;
      expect(Math.abs(mean(column) - expected)).toBeLessThan(5 * Math.sqrt(variance / spotCount));
      // The spread of a sample variance: its kurtosis is that of the negative binomial.
      const excess = 6 * overdispersion + 1 / variance;
      const error = variance * Math.sqrt((2 + excess) / spotCount);
      expect(Math.abs(deviation(column) ** 2 - variance)).toBeLessThan(5 * error);
    });
  });

  it.each([0, 0.3])(
    "follow truth times profiles, gene by gene, overdispersion %d",
    async (overdispersion) => {
      const geneCount = 60;
      const depth = 500;
      const tissue = simulateTissue({ spotCount: 3000, geneCount, depth, depthVariation: 0, overdispersion });
      const totals = geneTotals(await collect(tissue.counts));
      const truth = await collect(tissue.truth);
      const { values: signature } = tissue.reference.signature;
      for (let gene = 0; gene < geneCount; gene++) {
        let expected = 0;
        let variance = 0;
        for (let spot = 0; spot < truth.spotCount; spot++) {
          let spotMean = 0;
          for (let type = 0; type < truth.width; type++) {
            const share = truth.values[spot * truth.width + type];
            spotMean += (share * signature[type * geneCount + gene] * depth) / tissue.options.referenceDepth;
          }
          expected += spotMean;
          variance += spotMean + overdispersion * spotMean * spotMean;
        }
        expect(Math.abs(totals[gene] - expected)).toBeLessThan(5 * Math.sqrt(variance));
      }
    },
  );

  it("carry the platform effect on the tissue's side only", async () => {
    const base = { spotCount: 1500, geneCount: 150, depth: 1000, cellsPerType: 10, seed: 4 };
    const plain = simulateTissue(base);
    const shifted = simulateTissue({ ...base, platformEffect: 0.8 });
    expect((await collect(shifted.reference.counts)).values).toEqual(
      (await collect(plain.reference.counts)).values,
    );
    const before = geneTotals(await collect(plain.counts));
    const after = geneTotals(await collect(shifted.counts));
    const effects = Array.from(before, (total, gene) => Math.log(after[gene] / total));
    expect(deviation(effects)).toBeGreaterThan(0.8 * 0.75);
    expect(deviation(effects)).toBeLessThan(0.8 * 1.25);
  });
});
