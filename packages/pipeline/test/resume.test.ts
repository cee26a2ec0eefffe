import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChunkSource, type CsrChunk, collect, memorySource } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { nnls, type Solver } from "@flashdeconv/solver";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Deconvolution, type DeconvolveOptions, deconvolve, type StageProgress } from "../src/index.js";
import { openRunFolder } from "../src/platform/node/run-folder.js";
import { passRanges } from "../src/runtime/run-pass.js";
import { proportionsOf } from "./proportions-of.js";

const tissue = simulateTissue({
  spotCount: 20_000,
  geneCount: 60,
  typeCount: 3,
  depth: 60,
  cellsPerType: 12,
  emptySpotFraction: 0.01,
});
const facts = { input: "the tissue" };

/** The section, with its counts in memory; `spotsRead` counts what is read of them. */
async function buildSection() {
  const matrix = await collect(tissue.counts);
  const source = memorySource(matrix, { spotsPerChunk: 1500 });
  const values = Float64Array.from((await collect(tissue.coordinates)).values);
  let spotsRead = 0;
  const counts: ChunkSource<CsrChunk> = {
    ...source,
    async *chunks(options) {
      for await (const chunk of source.chunks(options)) {
        spotsRead += chunk.spotCount;
        // As a copy: a chunk belongs to whoever gets it.
        yield {
          ...chunk,
          indptr: chunk.indptr.slice(),
          indices: chunk.indices.slice(),
          values: chunk.values.slice(),
        };
      }
    },
  };
  const section = {
    counts,
    geneNames: tissue.geneNames,
    readCoordinates: async () => ({ dimension: 2 as const, values }),
  };
  return { section, spotsRead: () => spotsRead };
}
const { section, spotsRead } = await buildSection();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-resume-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Settings {
  readonly options: Partial<DeconvolveOptions>;
  readonly onScratch: boolean;
}

/** Runs until `stopAt` says so of the number of reports; tells what came of it, or undefined. */
async function runUntil(
  { options, onScratch }: Settings,
  stopAt: (reports: number, progress: StageProgress) => boolean,
): Promise<{ result: Deconvolution | undefined; resumedCount: number }> {
  const run = await openRunFolder(join(folder, "run"), { facts, resume: true, everySeconds: 0 });
  const controller = new AbortController();
  const reason = new Error("stopped");
  let reports = 0;
  try {
    const scratch = onScratch ? { scratch: await run.openScratch(0), windowBytes: 64 * 2 ** 20 } : undefined;
    const result = await deconvolve(section, tissue.reference, options, {
      checkpoint: run.checkpoint,
      scratch,
      signal: controller.signal,
      onProgress(progress) {
        if (stopAt(++reports, progress)) controller.abort(reason);
      },
    });
    const proportions = await proportionsOf(result);
    const kept = { ...result, proportions: memorySource({ ...DENSE, values: proportions }) };
    await run.remove();
    return { result: kept, resumedCount: run.resumedCount };
  } catch (error) {
    if (error !== reason) throw error;
    await run.leave();
    return { result: undefined, resumedCount: run.resumedCount };
  }
}
const DENSE = { kind: "dense" as const, spotStart: 0, spotCount: 20_000, width: 3 };

/** Where a run is stopped, in turn. */
const PLACES: readonly Pick<StageProgress, "stage" | "done">[] = [
  { stage: "reference", done: 1 },
  { stage: "genes", done: 9000 },
  { stage: "statistics", done: 1000 },
  { stage: "statistics", done: 15_000 },
  { stage: "first-solve", done: 1 },
  { stage: "refine", done: 1000 },
  { stage: "refine", done: 15_000 },
  { stage: "solve", done: 0 },
  { stage: "solve", done: 2 },
  { stage: "solve", done: 4 },
  { stage: "solve", done: 6 },
];

/** Stages of methods that refine alone. */
const REFINING: ReadonlySet<string> = new Set(["first-solve", "refine"]);

const cases: Settings[] = [
  { options: {}, onScratch: false },
  { options: {}, onScratch: true },
  {
    options: { method: "flashdeconv", precision: "float64", solverOptions: { lambda: 300 } },
    onScratch: false,
  },
  { options: { method: "flashdeconv", solverOptions: { lambda: 300 } }, onScratch: true },
  { options: { method: "flashdeconv", solverOptions: { lambda: 0 } }, onScratch: true },
  { options: { solver: nnls as Solver, sketchDimension: 32 }, onScratch: false },
  { options: { solver: nnls as Solver }, onScratch: true },
];

describe("a run that is stopped and resumed", () => {
  it.each(cases)("ends with the bits of one that is not: %j", async (settings) => {
    const wanted = await deconvolve(section, tissue.reference, settings.options);
    let found: Deconvolution | undefined;
    const resumedCounts: number[] = [];
    for (const place of PLACES) {
      if (REFINING.has(place.stage) && wanted.parameters.refining_steps === undefined) continue;
      let seen = 0;
      const round = await runUntil(settings, (_, { stage, done }) => {
        if (stage === place.stage && done >= place.done) seen++;
        return seen === 1;
      });
      resumedCounts.push(round.resumedCount);
      found = round.result;
      // A section whose spots are independent has no graph and few sweeps: the run may get through before.
      if (found) break;
    }
    found ??= (await runUntil(settings, () => false)).result as Deconvolution;
    expect(resumedCounts.length).toBeGreaterThan(4);
    expect(resumedCounts).toEqual([...resumedCounts].sort((a, b) => a - b));
    expect(resumedCounts.at(-1)).toBeGreaterThan(2);
    expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
    expect(found.totals).toEqual(wanted.totals);
    expect(found.dominant).toEqual(wanted.dominant);
    expect(found.statuses).toEqual(wanted.statuses);
    expect(found.counts).toEqual(wanted.counts);
    expect(found.parameters).toEqual(wanted.parameters);
    expect(found.notices).toEqual(wanted.notices);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([false, true])("does not read again what it has read (on scratch: %s)", async (onScratch) => {
    const options = { method: "flashdeconv" as const, solverOptions: { lambda: 300 } };
    const settings = { options, onScratch };
    const first = await runUntil(settings, (_, { stage, done }) => stage === "solve" && done === 3);
    expect(first.result).toBeUndefined();
    const before = spotsRead();
    const sweeps: number[] = [];
    const second = await runUntil(settings, (_, { stage, done }) => {
      if (stage === "solve") sweeps.push(done);
      return false;
    });
    expect(second.result).toBeDefined();
    expect(spotsRead()).toBe(before);
    expect(sweeps.filter((sweep) => sweep > 0)[0]).toBeGreaterThanOrEqual(1);
  });
});

describe("passRanges", () => {
  it("cuts what is left between kept ranges, each at whole blocks", () => {
    const kept = [{ range: { start: 8192, end: 16_384 } }, { range: { start: 24_576, end: 28_672 } }];
    for (const concurrency of [1, 2, 5]) {
      const ranges = passRanges(50_000, concurrency, { most: 8192 }, kept);
      expect(ranges[0].start).toBe(0);
      expect(ranges.at(-1)?.end).toBe(50_000);
      for (const [i, { start, end }] of ranges.entries()) {
        expect(end).toBeGreaterThan(start);
        if (i > 0) expect(start).toBe(ranges[i - 1].end);
        expect(start % 4096).toBe(0);
      }
      for (const { range } of kept) expect(ranges).toContainEqual(range);
    }
    expect(passRanges(50_000, 1)).toEqual([{ start: 0, end: 50_000 }]);
  });
});
