import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, StoreError } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { openSpatial, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore, openStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";
import { nnls, type Solver } from "@flashdeconv/solver";
import { memoryStore } from "@flashdeconv/stores";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DeconvolveOptions,
  deconvolve,
  readSummary,
  recombineTypes,
  type SectionSummary,
  solveSummary,
  writeSummary,
} from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openScratchFolder, type ScratchFolder } from "../src/platform/node/scratch.js";
import { RowScatter } from "../src/runtime/scratch/row-scatter.js";
import { proportionsOf } from "./proportions-of.js";

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({
  spotCount: 20_000,
  geneCount: 60,
  typeCount: 3,
  depth: 60,
  cellsPerType: 12,
});
const section = {
  counts: tissue.counts,
  geneNames: tissue.geneNames,
  readCoordinates: async () => ({
    dimension: 2 as const,
    values: Float64Array.from((await collect(tissue.coordinates)).values),
  }),
};
const WINDOW = 64 * 2 ** 20;

let folder: string;
let scratch: ScratchFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-scratch-test-"));
  scratch = await openScratchFolder(folder);
});
afterEach(async () => {
  await scratch.remove();
  await rm(folder, { recursive: true, force: true });
});

describe("a run on scratch", () => {
  const cases: Partial<DeconvolveOptions>[] = [
    {},
    { precision: "float64" },
    { amount: "cells" },
    { method: "flashdeconv", solverOptions: { lambda: 0 } },
    { method: "flashdeconv", solverOptions: { lambda: 300 }, graph: "radius", radius: 2 },
    { solver: nnls as Solver },
    { solver: nnls as Solver, sketchDimension: 32, empty: "uniform" },
  ];
  it.each(cases)("gives the bits of one in memory: %j", async (options) => {
    const wanted = await deconvolve(section, tissue.reference, options);
    const found = await deconvolve(section, tissue.reference, options, {
      scratch: { scratch, windowBytes: WINDOW },
    });
    expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
    expect(found.totals).toEqual(wanted.totals);
    expect(found.dominant).toEqual(wanted.dominant);
    expect(found.statuses).toEqual(wanted.statuses);
    expect(found.counts).toEqual(wanted.counts);
    expect(found.parameters).toEqual(wanted.parameters);
    await checkSource(found.proportions);
    expect(await readdir(scratch.path)).not.toEqual([]);
    await scratch.remove();
    expect(await readdir(folder)).toEqual([]);
  });

  it("keeps a summary that can be solved again, on scratch or in memory", async () => {
    const options = { method: "flashdeconv" } as const;
    const kept: SectionSummary[] = [];
    const store = memoryStore();
    const frame = { spotNames: tissue.spotNames(), coordinates: await section.readCoordinates() };
    await deconvolve(section, tissue.reference, options, { onSummary: (summary) => void kept.push(summary) });
    const use = { scratch, windowBytes: WINDOW };
    await deconvolve(section, tissue.reference, options, {
      scratch: use,
      onSummary: (s) => writeSummary(store, s, frame),
    });
    const inMemory = (await readSummary(store)).summary;
    expect(inMemory).toEqual(kept[0]);
    const streamed = (await readSummary(store, { streamStatistics: true })).summary;
    const change = { merge: { both: inMemory.reference.typeNames.slice(0, 2) } };
    const settings = { solverOptions: { lambda: 3 } };
    const wanted = await solveSummary(recombineTypes(inMemory, change), settings);
    const other = await openScratchFolder(folder);
    const found = await solveSummary(recombineTypes(streamed, change), settings, {
      scratch: { scratch: other, windowBytes: WINDOW },
    });
    expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
    expect(found.parameters).toEqual(wanted.parameters);
    await expect(solveSummary(streamed)).rejects.toThrow(/scratch/);
    await other.remove();
  });

  it.skipIf(!existsSync(workerUrl))(
    "gives the same bits with threads (skipped until `pnpm build` has run)",
    async () => {
      const path = join(folder, "section.zarr");
      const { counts: X, spotCount, geneNames, coordinates } = tissue;
      const contents = {
        X,
        spotCount,
        spotNames: tissue.spotNames(),
        geneNames,
        obsm: { spatial: { values: coordinates } },
      };
      await writeAnnData(await createStore(path), contents, { valuesPerChunk: 50_000 });
      const wanted = await deconvolve(section, tissue.reference);
      const executor = threadPool({ threadCount: 3, workerUrl });
      try {
        const stored = { ...(await openSpatial(await openStore(path))), location: { store: path } };
        const use = { scratch, windowBytes: WINDOW };
        const found = await deconvolve(stored, tissue.reference, {}, { executor, scratch: use });
        expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
        expect(found.parameters).toEqual(wanted.parameters);
      } finally {
        await executor.close();
      }
    },
  );

  it("stops with the signal's own reason in the midst of the solve", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = deconvolve(
      section,
      tissue.reference,
      {},
      {
        scratch: { scratch, windowBytes: WINDOW },
        signal: controller.signal,
        onProgress: ({ stage }) => stage === "solve" && controller.abort(reason),
      },
    );
    await expect(run).rejects.toBe(reason);
  });
});

describe("openScratchFolder", () => {
  it("refuses a folder that is not there, and one with too little room, naming both figures", async () => {
    await expect(openScratchFolder(join(folder, "nowhere"))).rejects.toBeInstanceOf(StoreError);
    const greedy = openScratchFolder(folder, { bytesNeeded: 2 ** 60 });
    await expect(greedy).rejects.toThrow(
      /found \d+ bytes free for scratch, expected room for 1152921504606847000 bytes/,
    );
  });

  it("tells of a file that ends early", async () => {
    const file = await scratch.create("short");
    await file.write(new Uint8Array(4), 0);
    await expect(file.read(new Uint8Array(8), 0)).rejects.toThrow(/short.*ends early/);
  });
});

describe("RowScatter", () => {
  it("brings rows into any order, whatever buffer and groups", async () => {
    const cases = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
      width: fc.integer({ min: 1, max: 5 }),
      bufferBytes: fc.integer({ min: 1, max: 20_000 }),
      single: fc.boolean(),
      seed: fc.integer({ min: 1, max: 1e9 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ sizes, width, bufferBytes, single, seed }) => {
        const starts = Int32Array.of(
          0,
          ...sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b)),
        );
        const count = starts[sizes.length];
        const placeOf = Int32Array.from({ length: count }, (_, i) => i);
        let state = seed;
        for (let i = count - 1; i > 0; i--) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          const j = state % (i + 1);
          [placeOf[i], placeOf[j]] = [placeOf[j], placeOf[i]];
        }
        const precision: "float32" | "float64" = single ? "float32" : "float64";
        const make = (length: number) => (single ? new Float32Array(length) : new Float64Array(length));
        const scatter = await RowScatter.create(scratch, {
          name: `rows-${run++}`,
          groupStarts: starts,
          shape: { width, precision },
          bufferBytes,
        });
        for (let first = 0; first < count; first += 7) {
          const rows = Math.min(7, count - first);
          const values = make(rows * width);
          for (let i = 0; i < values.length; i++)
            values[i] = placeOf[first + Math.floor(i / width)] * 8 + (i % width);
          await scatter.add(values, rows, placeOf, first);
        }
        await scatter.finish();
        for (const [group, size] of sizes.entries()) {
          const out = make(size * width);
          await scatter.load(group, out);
          expect(out).toEqual(out.map((_, i) => (starts[group] + Math.floor(i / width)) * 8 + (i % width)));
        }
      }),
      { numRuns: 40 },
    );
  });
});
