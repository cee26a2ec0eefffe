import { existsSync } from "node:fs";
import { collect, memorySource } from "@flashdeconv/core";
import { evaluateProportions, simulateTissue } from "@flashdeconv/simulate";
import { nnls, type Solver } from "@flashdeconv/solver";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import {
  type DeconvolveOptions,
  deconvolve,
  METHODS,
  type Parameters,
  readSummary,
  type SectionSummary,
  solveSummary,
  writeSummary,
} from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import { proportionsOf } from "./proportions-of.js";
import { smallSection, spatialFrom, withValue } from "./small-section.js";
import { storedTissue } from "./stored-tissue.js";

const weighted: Partial<DeconvolveOptions> = { method: "weighted" };
const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({
  spotCount: 5000,
  geneCount: 600,
  typeCount: 4,
  depth: 80,
  platformEffect: 0.4,
});
const stored = storedTissue(tissue);
const { section } = stored;

describe("the method weighted", () => {
  it("comes closer to the truth than flashdeconv on sparse counts, and tells how", async () => {
    const truth = (await collect(tissue.truth)).values;
    const rmse = async (options: Partial<DeconvolveOptions>) => {
      const result = await deconvolve(await section(), tissue.reference, options);
      return evaluateProportions(await proportionsOf(result), truth, 4).rmse;
    };
    const result = await deconvolve(await section(), tissue.reference, weighted);
    const found = evaluateProportions(await proportionsOf(result), truth, 4).rmse;
    expect(found).toBeLessThan(0.85 * (await rmse({ method: "flashdeconv" })));
    expect(found).toBeLessThan(await rmse({ ...weighted, smoothing: "none" }));
    expect(found).not.toBe(await rmse({ ...weighted, platformCorrection: false }));

    const { parameters } = result;
    expect(parameters).toMatchObject({
      method: "weighted",
      genes: "all",
      preprocess: null,
      sketch_dim: null,
    });
    expect(parameters.genes_used).toHaveLength(600);
    const curve = parameters.smoothing_curve as Parameters;
    expect(curve.sampled_spots).toBe(2304);
    expect(curve.strength).toContain(0);
    expect(curve.strength).toContain(parameters.smoothing_used);
    expect(parameters.smoothing_used).toBeGreaterThan(0);
    expect((curve.loss as Float64Array).every(Number.isFinite)).toBe(true);
    expect(curve.loss_of_truth).toBeLessThan(Math.min(...(curve.loss as Float64Array)));
    expect(parameters.shrinkage_used).toBe(0);
    expect((curve.shrinkage as Parameters).strength).toContain(0);
    expect(parameters.overdispersion).toBeLessThan(0.1);
  });

  it("gives the same bits for other chunks, on scratch and with threads", async () => {
    const wanted = await deconvolve(await section(), tissue.reference, weighted);
    const proportions = await proportionsOf(wanted);
    const matrix = await collect(tissue.counts);
    const coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
    for (const spotsPerChunk of [1, 7, 5000]) {
      const spatial = {
        ...spatialFrom(matrix, tissue.geneNames, coordinates),
        counts: memorySource(matrix, { spotsPerChunk }),
      };
      const found = await deconvolve(spatial, tissue.reference, weighted);
      expect(await proportionsOf(found)).toEqual(proportions);
      expect(found.parameters).toEqual(wanted.parameters);
    }
    const scratch = await openScratchFolder(stored.folder);
    const use = { scratch: { scratch, windowBytes: 64 * 2 ** 20 } };
    const onScratch = await deconvolve(await section(), tissue.reference, weighted, use);
    expect(await proportionsOf(onScratch)).toEqual(proportions);
    expect(onScratch.parameters).toEqual(wanted.parameters);
    await scratch.remove();
    if (!existsSync(workerUrl)) return;
    const executor = threadPool({ threadCount: 2, workerUrl });
    try {
      const shared = await deconvolve(await section(), tissue.reference, weighted, { executor });
      expect(await proportionsOf(shared)).toEqual(proportions);
      expect(shared.parameters).toEqual(wanted.parameters);
    } finally {
      await executor.close();
    }
  });

  it("is solved again from kept statistics with the strength that was chosen, to the bit", async () => {
    const { spatial, reference } = await smallSection();
    const kept: SectionSummary[] = [];
    const store = memoryStore();
    const first = await deconvolve(spatial, reference, weighted, { onSummary: (s) => void kept.push(s) });
    const spotNames = (async function* () {
      yield* simulateTissue({ spotCount: 150 }).spotNames();
    })();
    await writeSummary(store, kept[0], { spotNames, coordinates: await spatial.readCoordinates() });
    const { summary } = await readSummary(store);
    expect(summary).toEqual(kept[0]);
    const again = await solveSummary(summary);
    expect(await proportionsOf(again)).toEqual(await proportionsOf(first));
    const none = await solveSummary(summary, { smoothing: "none" });
    expect(await proportionsOf(none)).not.toEqual(await proportionsOf(first));
    await expect(async () => solveSummary(summary, { solver: METHODS.flashdeconv.solver })).rejects.toThrow(
      /a solver of "weighted-counts"/,
    );
  });

  it("says of a very deep panel that the article's method suits it better", async () => {
    const noticesAt = async (depth: number) => {
      const { spatial, reference } = await smallSection({
        spotCount: 60,
        geneCount: 40,
        typeCount: 3,
        depth,
      });
      const codes: string[] = [];
      await deconvolve(spatial, reference, weighted, { onNotice: ({ code }) => codes.push(code) });
      return codes;
    };
    expect(await noticesAt(40 * 70)).toContain("deep-panel");
    expect(await noticesAt(40 * 30)).not.toContain("deep-panel");
  });

  it("smooths sections of few counts, and draws shuffled ones towards the section as a whole", async () => {
    const { spatial, reference, matrix } = await smallSection({ spotCount: 900, typeCount: 8, depth: 12 });
    const { values } = await spatial.readCoordinates();
    const strewn = values.slice();
    for (let spot = 0; spot < 900; spot++)
      strewn.set(values.subarray(2 * spot, 2 * spot + 2), 2 * ((spot * 397 + 11) % 900));
    const shuffled = spatialFrom(matrix, spatial.geneNames, strewn);
    const sparse = (await deconvolve(spatial, reference, weighted)).parameters;
    expect(sparse.smoothing_used).toBeGreaterThanOrEqual(5);
    expect(sparse.shrinkage_used).toBe(0);
    const found = (await deconvolve(shuffled, reference, weighted)).parameters;
    expect(found.smoothing_used).toBe(0);
    expect(found.shrinkage_used).toBeGreaterThanOrEqual(1);
    expect(found.solver_settings).toMatchObject({ shrinkage: found.shrinkage_used });
  });

  it("takes shrinkage as it is given, and refuses it where the data choose it", async () => {
    const { spatial, reference } = await smallSection();
    const settings = async (options: Partial<DeconvolveOptions>) =>
      (await deconvolve(spatial, reference, { ...weighted, ...options })).parameters.solver_settings;
    const solverOptions = { shrinkage: 3 };
    expect(await settings({ smoothing: "none", solverOptions })).toMatchObject({
      smoothing: 0,
      shrinkage: 3,
    });
    expect(await settings({ smoothing: 7, solverOptions })).toMatchObject({ smoothing: 7, shrinkage: 3 });
    expect(await settings({ smoothing: 7 })).toMatchObject({ smoothing: 7, shrinkage: 0 });
    await expect(settings({ solverOptions })).rejects.toThrow(/shrinkage.*chooses it too/);
  });

  it("leaves shuffled spots alone", async () => {
    const { spatial, reference, matrix } = await smallSection({ spotCount: 900, depth: 200 });
    const { values } = await spatial.readCoordinates();
    const strewn = values.slice();
    for (let spot = 0; spot < 900; spot++)
      strewn.set(values.subarray(2 * spot, 2 * spot + 2), 2 * ((spot * 397 + 11) % 900));
    const shuffled = spatialFrom(matrix, spatial.geneNames, strewn);
    const strength = async (section: typeof spatial) =>
      (await deconvolve(section, reference, weighted)).parameters.smoothing_used as number;
    expect(await strength(spatial)).toBeGreaterThan(2);
    expect(await strength(shuffled)).toBeLessThanOrEqual(2);
  });

  it("lets smoothing be chosen for flashdeconv too", async () => {
    const { spatial, reference } = await smallSection({ spotCount: 1500, typeCount: 8, depth: 100 });
    const { parameters } = await deconvolve(spatial, reference, { method: "flashdeconv", smoothing: "auto" });
    expect(parameters.lambda_used).toBe(parameters.smoothing_used);
    const published = await deconvolve(spatial, reference, { method: "flashdeconv" });
    expect(parameters.lambda_used).toBeGreaterThan(published.parameters.lambda_used as number);
  });

  it("uses all genes or the selected ones, with and without a sketch", async () => {
    const { spatial, reference } = await smallSection();
    const used = async (options: Partial<DeconvolveOptions>) =>
      ((await deconvolve(spatial, reference, options)).parameters.genes_used as string[]).length;
    const few = { highlyVariableCount: 10, markersPerType: 5 };
    for (const method of ["flashdeconv", "weighted"] as const) {
      expect(await used({ method, genes: "all" })).toBe(120);
      expect(await used({ method, genes: "selected", ...few })).toBeLessThan(40);
    }
    for (const preprocess of ["log-cpm", "pearson", "raw"] as const) {
      for (const genes of ["all", "selected"] as const) {
        expect(
          await used({ method: "flashdeconv", preprocess, genes, sketchDimension: "none" }),
        ).toBeGreaterThan(100);
      }
    }
  });

  it.each<[Partial<DeconvolveOptions>, RegExp]>([
    [
      { method: "weighted", preprocess: "raw" },
      /nothing with { method: "weighted" }: it has no such option.*{ method: "flashdeconv" }/,
    ],
    [{ method: "weighted", sketchDimension: 64 }, /nothing with { method: "weighted" }/],
    [
      { method: "weighted", solverOptions: { lambda: 3 } },
      /lambda: found 3, expected nothing with { method: "weighted" }.*take { method: "flashdeconv" }/,
    ],
    [
      { method: "weighted", platform: "visium" },
      /platform: found "visium", expected nothing with { method: "weighted" }/,
    ],
    [
      { method: "flashdeconv", platformCorrection: false },
      /platformCorrection: found false.*take { method: "refined" } or { method: "weighted" } or { method: "poisson" }/,
    ],
    [
      { method: "flashdeconv", overdispersion: 0.1 },
      /overdispersion: found 0.1.*take { method: "refined" } or/,
    ],
    [{ method: "weighted", overdispersion: -1 }, /"auto" or a number of at least 0/],
    [{ method: "weighted", smoothing: -1 }, /"auto", "none" or a number/],
    [
      { method: "weighted", smoothing: 3, solverOptions: { smoothing: 3 } },
      /no smoothing where smoothing is given/,
    ],
    [{ method: "flashdeconv", smoothing: 3, platform: "visium" }, /no smoothing where a platform is given/],
    [
      { solver: nnls as Solver, smoothing: "auto" },
      /nothing with the solver nnls: it has no such option.*in place of the solver/,
    ],
    [
      { solver: nnls as Solver, method: "weighted" },
      /no solver beside { method: "weighted" }.*leave the method out/,
    ],
    [{ method: "best" as "weighted" }, /"refined", "weighted"/],
    [{ genes: "some" as "all" }, /"all", "selected"/],
  ])("refuses %j", async (options, message) => {
    const { spatial, reference } = await smallSection();
    await expect(async () => deconvolve(spatial, reference, options)).rejects.toThrow(message);
  });

  it("refuses negative values", async () => {
    const small = await smallSection();
    await expect(async () => deconvolve(withValue(small, 3, -2), small.reference, weighted)).rejects.toThrow(
      /-2 in spot/,
    );
  });
});
