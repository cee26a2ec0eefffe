import { type CsrChunk, mapChunks, rechunk } from "@flashdeconv/core";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { type DeconvolveOptions, deconvolve } from "@flashdeconv/pipeline";
import { describe, expect, it } from "vitest";
import { proportionsOf } from "../packages/pipeline/test/proportions-of.js";
import { goldenArray, goldenFacts, goldenPath } from "./golden-data.js";

const SETTINGS: Partial<DeconvolveOptions> = {
  method: "flashdeconv",
  sketchDimension: 128,
  highlyVariableCount: 400,
  markersPerType: 20,
  tolerance: 1e-10,
  empty: "uniform",
  precision: "float64",
};

const CASES: [string, Partial<DeconvolveOptions>][] = [
  ["log_cpm", {}],
  ["pearson", { preprocess: "pearson" }],
  ["raw", { preprocess: "raw" }],
  ["log_cpm_lambda0", { solverOptions: { lambda: 0 } }],
  ["log_cpm_lambda50", { solverOptions: { lambda: 50 } }],
  ["log_cpm_lambda500", { solverOptions: { lambda: 500 } }],
  ["log_cpm_lambda5000", { solverOptions: { lambda: 5000 } }],
  ["log2_cpm1e6", { targetSum: 1e6, logBase: 2 }],
];

async function openGolden(store = "spatial.zarr") {
  const spatial = await openSpatial(await openStore(goldenPath(store)));
  const reference = await openReference(await openStore(goldenPath("reference.zarr")));
  return { spatial, reference };
}

function largestDifference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  let worst = 0;
  for (let i = 0; i < found.length; i++) worst = Math.max(worst, Math.abs(found[i] - wanted[i]));
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst;
}

describe("golden section, from the store to proportions", () => {
  const facts = goldenFacts();

  it.each(CASES)(
    "%s: float64 within 1e-6, float32 within 1e-4, lambda and objective as published",
    async (name, options) => {
      const { spatial, reference } = await openGolden();
      const wanted = goldenArray(`proportions_${name}`).values;
      const result = await deconvolve(spatial, reference, { ...SETTINGS, ...options });
      expect(result.typeNames).toEqual(facts.types);
      expect(largestDifference(await proportionsOf(result), wanted)).toBeLessThan(1e-6);
      expect(result.parameters.converged).toBe(true);
      expect(result.parameters.lambda_used).toBeCloseTo(facts.cases[name].lambda, 8);
      expect(
        Math.abs((result.parameters.objective as number) / facts.cases[name].objective - 1),
      ).toBeLessThan(1e-8);

      const single = await deconvolve(spatial, reference, {
        ...SETTINGS,
        ...options,
        precision: "float32",
        tolerance: 1e-4,
      });
      expect(single.parameters.converged).toBe(true);
      expect(largestDifference(await proportionsOf(single), wanted)).toBeLessThan(1e-4);
    },
  );

  it("selects the published genes", async () => {
    const { spatial, reference } = await openGolden();
    const { parameters } = await deconvolve(spatial, reference, SETTINGS);
    const wanted = Array.from(goldenArray("gene_idx").values, (gene) => facts.genes[gene]);
    expect(parameters.genes_used).toEqual(wanted);
    // Of 1,360 names, 5 have no count in the section and 4 none in the reference, 2 of them in neither.
    expect(parameters.shared_gene_count).toBe(1353);
  });

  it("says of the two spots without counts what became of them", async () => {
    const { spatial, reference } = await openGolden();
    const alone = await deconvolve(spatial, reference, { ...SETTINGS, empty: "nan" });
    expect([alone.statuses[17], alone.statuses[444], alone.dominant[17]]).toEqual([2, 2, -1]);
    expect((await proportionsOf(alone)).slice(17 * 7, 18 * 7).every(Number.isNaN)).toBe(true);
    const smoothed = await deconvolve(spatial, reference, { ...SETTINGS, solverOptions: { lambda: 50 } });
    expect([smoothed.statuses[17], smoothed.statuses[444]]).toEqual([1, 1]);
    expect(smoothed.notices.map((notice) => notice.code)).toContain("spots-from-neighbours");
  });

  it("gives the same bits from CSR, CSC and dense stores and for chunks of 1, 7 and all spots", async () => {
    const { spatial, reference } = await openGolden();
    const wanted = await deconvolve(spatial, reference, SETTINGS);
    const { parameters } = wanted;
    const proportions = await proportionsOf(wanted);
    for (const store of ["spatial-csc.zarr", "spatial-dense.zarr"]) {
      const other = await openGolden(store);
      const result = await deconvolve(other.spatial, other.reference, SETTINGS);
      expect(await proportionsOf(result)).toEqual(proportions);
      expect(result.parameters).toEqual(parameters);
    }
    for (const size of [1, 7, 900]) {
      const chunked = {
        ...spatial,
        counts: rechunk(spatial.counts, size),
        readCoordinates: () => spatial.readCoordinates(),
      };
      const cells = { ...reference, counts: rechunk(reference.counts, size) };
      const result = await deconvolve(chunked, cells, SETTINGS);
      expect(await proportionsOf(result)).toEqual(proportions);
      expect(result.parameters).toEqual(parameters);
    }
  });

  it("does not depend on counts being float32 or float64", async () => {
    const { spatial, reference } = await openGolden();
    const proportions = await proportionsOf(await deconvolve(spatial, reference, SETTINGS));
    const counts = mapChunks(
      spatial.counts,
      (chunk): CsrChunk => ({ ...chunk, values: Float64Array.from(chunk.values) }),
    );
    const wide = { ...spatial, counts, readCoordinates: () => spatial.readCoordinates() };
    expect(await proportionsOf(await deconvolve(wide, reference, SETTINGS))).toEqual(proportions);
  });
});
