import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ChunkSource, collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { mixWord } from "@flashdeconv/core/internal";
import { simulateTissue } from "@flashdeconv/simulate";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import {
  type Deconvolution,
  type DeconvolveCallbacks,
  deconvolve,
  deconvolveSections,
  type Parameters,
  readSummary,
  recombineTypes,
  type SectionSummary,
  type SpatialInput,
  type StageProgress,
  solveSummary,
  writeSummary,
} from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openRunFolder } from "../src/platform/node/run-folder.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import { joinResults } from "../src/stages/sections/join-results.js";
import { unexplainedTables } from "../src/stages/solve/unexplained.js";
import { spatialFrom } from "./small-section.js";
import { storedTissue } from "./stored-tissue.js";

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const TISSUE = { spotCount: 1600, geneCount: 400, typeCount: 5, depth: 600, seed: 3 };
const tissue = simulateTissue({ ...TISSUE, missingTypeCount: 1 });
const stored = storedTissue(tissue);
const options = { smoothing: 4 } as const;

/** The last type that the section has and the reference lacks. */
const MISSING = TISSUE.typeCount - 1;

async function unexplainedIn({ tables }: Pick<Deconvolution, "tables">) {
  const table = tables.find(({ name }) => name === "unexplained");
  return table && (await collect(table.values as ChunkSource<DenseChunk>)).values;
}

const genesIn = ({ unexplained_genes: genes }: Parameters) => genes as readonly string[] | null;

describe("what the reference leaves unexplained", () => {
  it("is higher where a type is that it lacks, and rests on that type's genes", async () => {
    const result = await deconvolve(await stored.section(), tissue.reference, options);
    const z = (await unexplainedIn(result)) as Float32Array;
    const truth = (await collect(tissue.truth)).values;
    const isHeld = (spot: number) => truth[spot * TISSUE.typeCount + MISSING] > 0.2;
    const spots = [...z.keys()].sort((a, b) => z[a] - z[b]);
    let [others, below] = [0, 0];
    for (const spot of spots) {
      if (isHeld(spot)) below += others;
      else others++;
    }
    expect(below / (others * (spots.length - others))).toBeGreaterThan(0.9);
    const genes = genesIn(result.parameters) as readonly string[];
    expect(genes).toHaveLength(20);
    const marked = await markersOfMissing();
    expect(genes.filter((gene) => marked.has(gene)).length).toBeGreaterThanOrEqual(15);
    expect(result.tables.find(({ name }) => name === "unexplained")).toMatchObject({
      isColumn: true,
      columns: ["unexplained"],
    });
  });

  it("is not there where the reference has all types, with one type, without a model of counts, and where it does not fit", async () => {
    const whole = simulateTissue(TISSUE);
    const { reference } = whole;
    const one = {
      ...reference,
      cellTypes: { names: ["all"], codes: new Int32Array(reference.cellTypes.codes.length) },
    };
    const turned = { ...reference, geneNames: [...reference.geneNames].reverse() };
    const section = await stored.section();
    for (const [cells, given] of [
      [reference, options],
      [one, { ...options, smoothing: "none" }],
      [turned, options],
      [tissue.reference, { method: "flashdeconv" }],
    ] as const) {
      const result = await deconvolve(section, cells, given);
      expect(await unexplainedIn(result)).toBeUndefined();
      expect(result.parameters.unexplained_genes).toBeNull();
    }
  });

  it("has the same bits for other chunks, on scratch, with threads, and where it is resumed", async () => {
    const section = await stored.section();
    const wanted = await deconvolve(section, tissue.reference, options);
    const numbers = await unexplainedIn(wanted);
    expect(numbers).toHaveLength(TISSUE.spotCount);
    const check = async (callbacks: DeconvolveCallbacks, spatial: SpatialInput = section) => {
      const found = await deconvolve(spatial, tissue.reference, options, callbacks);
      expect(await unexplainedIn(found)).toEqual(numbers);
      expect(found.parameters.unexplained_genes).toEqual(wanted.parameters.unexplained_genes);
    };
    const matrix = await collect(tissue.counts);
    const coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
    const own = spatialFrom(matrix, tissue.geneNames, coordinates);
    await check({}, { ...own, counts: memorySource(matrix, { spotsPerChunk: 7 }) });
    const executor = existsSync(workerUrl) ? threadPool({ threadCount: 2, workerUrl }) : undefined;
    try {
      if (executor) await check({ executor });
      for (const threads of executor ? [{}, { executor }] : [{}]) {
        const scratch = await openScratchFolder(stored.folder);
        await check({ ...threads, scratch: { scratch, windowBytes: 64 * 2 ** 20 } });
        await scratch.remove();
      }
    } finally {
      await executor?.close();
    }
    // Stopped in and after the pass that sums loadings.
    const run = join(stored.folder, "run");
    for (const stage of ["first-solve", "solve"] as const) {
      const stopped = await openRunFolder(run, { facts: {}, resume: true, everySeconds: 0 });
      const controller = new AbortController();
      const callbacks = { checkpoint: stopped.checkpoint, signal: controller.signal };
      const onProgress = (progress: StageProgress) => {
        if (progress.stage === stage) controller.abort(new Error("stopped"));
      };
      await expect(
        deconvolve(section, tissue.reference, options, { ...callbacks, onProgress }),
      ).rejects.toThrow("stopped");
      await stopped.leave();
    }
    const resumed = await openRunFolder(run, { facts: {}, resume: true, everySeconds: 0 });
    await check({ checkpoint: resumed.checkpoint });
    expect(resumed.resumedCount).toBeGreaterThan(0);
    await resumed.remove();
  });

  it("is solved again from kept statistics to the bit, also of types that are taken together", async () => {
    const kept: SectionSummary[] = [];
    const section = await stored.section();
    const first = await deconvolve(section, tissue.reference, options, {
      onSummary: (summary) => void kept.push(summary),
    });
    const store = memoryStore();
    await writeSummary(store, kept[0], { spotNames: tissue.spotNames(), coordinates: undefined });
    const { summary } = await readSummary(store);
    const again = await solveSummary(summary);
    expect(await unexplainedIn(again)).toEqual(await unexplainedIn(first));
    expect(again.parameters).toEqual(first.parameters);

    const [a, b] = summary.reference.typeNames;
    const merged = await solveSummary(recombineTypes(summary, { merge: { both: [a, b] } }));
    const [one, other] = [await unexplainedIn(first), await unexplainedIn(merged)];
    expect(correlation(one as Float32Array, other as Float32Array)).toBeGreaterThan(0.95);

    // As statistics of earlier versions are.
    const { programme: _, ...earlier } = summary;
    expect(await unexplainedIn(await solveSummary(earlier))).toBeUndefined();
  });

  it("is NaN for a section of several that has none", async () => {
    const spatial = async (one: typeof tissue) =>
      spatialFrom(
        await collect(one.counts),
        one.geneNames,
        Float64Array.from((await collect(one.coordinates)).values),
      );
    const section = await spatial(tissue);
    const few = {
      ...section,
      counts: memorySource(await collect(section.counts, { spotRange: { start: 0, end: 12 } })),
    };
    const coordinates = { dimension: 2 as const, values: Float64Array.from({ length: 24 }, (_, i) => i) };
    const results = await deconvolveSections(
      [section, { ...few, readCoordinates: async () => coordinates }],
      tissue.reference,
      options,
    );
    expect(await unexplainedIn(results[1])).toBeUndefined();
    const codes = Int32Array.from({ length: TISSUE.spotCount + 12 }, (_, i) =>
      i % 2 === 0 && i < 24 ? 1 : 0,
    );
    const joined = (await unexplainedIn(joinResults(results, { codes, names: ["a", "b"] }))) as Float32Array;
    const own = (await unexplainedIn(results[0])) as Float32Array;
    expect(joined.filter((_, i) => codes[i] === 0)).toEqual(own);
    expect(joined.filter((_, i) => codes[i] === 1).every(Number.isNaN)).toBe(true);
  });

  it.each([0, 0.3])("has mean 0 and deviation 1 on counts of the model, overdispersion %d", async (phi) => {
    const [spotCount, geneCount, typeCount] = [3000, 60, 3];
    const random = uniform(7);
    const loadings = Float64Array.from({ length: geneCount }, () => 2 * random() - 1);
    const profiles = Array.from({ length: typeCount }, () => normalized(geneCount, random));
    const means = Float64Array.from(profiles, (own) => sum(own.map((share, g) => share * loadings[g])));
    const squares = Float64Array.from(profiles, (own) =>
      sum(own.map((share, g) => share * loadings[g] ** 2)),
    );
    const products = Float64Array.from(
      profiles.flatMap((a) => profiles.map((b) => sum(a.map((share, g) => share * b[g] * loadings[g] ** 2)))),
    );
    const proportions = new Float64Array(spotCount * typeCount);
    const [sums, counts] = [new Float64Array(spotCount), new Float64Array(spotCount)];
    const dominant = new Int32Array(spotCount);
    for (let spot = 0; spot < spotCount; spot++) {
      const mix = normalized(typeCount, random);
      proportions.set(mix, spot * typeCount);
      counts[spot] = 50 + 200 * random();
      for (let g = 0; g < geneCount; g++) {
        const mean = counts[spot] * sum(profiles.map((own, k) => mix[k] * own[g]));
        const factor = 1 + (random() < 0.5 ? -1 : 1) * Math.sqrt(phi);
        sums[spot] += loadings[g] * poissonCount(factor * mean, random);
      }
    }
    dominant[0] = -1;
    counts[1] = 0;
    const table: DenseChunk = {
      kind: "dense",
      spotStart: 0,
      spotCount,
      width: typeCount,
      values: proportions,
    };
    const programme = { genes: [], means, squares, products, overdispersion: phi, sums };
    const answers = { proportions: memorySource(table, { spotsPerChunk: 700 }), counts, dominant };
    const tables = unexplainedTables({ programme }, answers, undefined);
    const z = (await unexplainedIn({ tables })) as Float64Array;
    expect([z[0], z[1]]).toEqual([Number.NaN, Number.NaN]);
    const own = z.subarray(2);
    const mean = sum([...own]) / own.length;
    expect(Math.abs(mean)).toBeLessThan(0.08);
    expect(Math.sqrt(sum([...own].map((value) => (value - mean) ** 2)) / own.length)).toBeCloseTo(1, 1);

    // Proportions of cells are taken back to those of RNA.
    const divisors = Float64Array.of(1, 3, 0.5);
    const ofCells = proportions.map((share, i) => share / divisors[i % typeCount]);
    const cells = { ...answers, proportions: memorySource({ ...table, values: ofCells }) };
    const again = (await unexplainedIn({
      tables: unexplainedTables({ programme }, cells, divisors),
    })) as Float64Array;
    for (const [spot, value] of again.subarray(2).entries()) expect(value).toBeCloseTo(own[spot], 9);
  });
});

/** Genes of which the missing type has most in comparison with the others, of a reference that has it. */
async function markersOfMissing(): Promise<Set<string>> {
  const { reference } = simulateTissue(TISSUE);
  const { indptr, indices, values } = await collect(reference.counts);
  const { codes, names } = reference.cellTypes;
  const missing = names.length - 1;
  const totals = [new Float64Array(TISSUE.geneCount), new Float64Array(TISSUE.geneCount)];
  for (const [cell, code] of codes.entries()) {
    for (let i = indptr[cell]; i < indptr[cell + 1]; i++)
      totals[code === missing ? 1 : 0][indices[i]] += values[i];
  }
  const ratios = totals[1].map((own, g) => own / (totals[0][g] / missing + 20));
  const order = [...ratios.keys()].sort((a, b) => ratios[b] - ratios[a]);
  return new Set(order.slice(0, 60).map((g) => reference.geneNames[g]));
}

function uniform(seed: number): () => number {
  let step = seed;
  return () => {
    step++;
    return (mixWord(step) >>> 0) / 2 ** 32;
  };
}

function normalized(length: number, random: () => number): number[] {
  const values = Array.from({ length }, () => random() ** 3 + 0.01);
  const total = sum(values);
  return values.map((value) => value / total);
}

function poissonCount(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((total, value) => total + value, 0) / values.length;
  const [x, y] = [mean(a), mean(b)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    xy += (a[i] - x) * (b[i] - y);
    xx += (a[i] - x) ** 2;
    yy += (b[i] - y) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}
