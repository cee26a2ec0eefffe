import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChunkSource,
  type CsrChunk,
  collect,
  type Executor,
  inlineExecutor,
  memorySource,
} from "@flashdeconv/core";
import { allocateHere } from "@flashdeconv/core/internal";
import { simulateTissue } from "@flashdeconv/simulate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunMark } from "../src/contracts/run-mark.js";
import type { PipelineTasks } from "../src/contracts/tasks.js";
import { type Deconvolution, type DeconvolveOptions, deconvolve } from "../src/index.js";
import type { RunReach } from "../src/platform/node/run-folder/bucket-place.js";
import { openRunFolder, openRunParts } from "../src/platform/node/run-folder.js";
import { mostPieces, pieceRange, runPiece, SHARED_PASSES, type SharedPass } from "../src/run-piece.js";
import { RunStopped } from "../src/runtime/run-stop.js";
import { buildPipelineTasks } from "../src/stages/pipeline-tasks.js";
import { startedSession } from "../src/stages/solve/start-session.js";
import { proportionsOf } from "./proportions-of.js";
import { inBucket } from "./run-places.js";

const SPOTS = 66_000;
const SMALL = { depth: 50, emptySpotFraction: 0.01 };
const tissue = simulateTissue({ ...SMALL, spotCount: SPOTS, geneCount: 40, typeCount: 3, cellsPerType: 12 });
const facts = { input: "the tissue" };
const matrix = await collect(tissue.counts);
const values = Float64Array.from((await collect(tissue.coordinates)).values);

function buildSection() {
  const source = memorySource(matrix, { spotsPerChunk: 1500 });
  let spotsRead = 0;
  const counts: ChunkSource<CsrChunk> = {
    ...source,
    async *chunks(options) {
      for await (const chunk of source.chunks(options)) {
        spotsRead += chunk.spotCount;
        const { indptr, indices, values } = chunk;
        // As a copy: a chunk belongs to whoever gets it.
        yield { ...chunk, indptr: indptr.slice(), indices: indices.slice(), values: values.slice() };
      }
    },
  };
  const readCoordinates = async () => ({ dimension: 2 as const, values });
  const location = { store: "in memory" };
  return {
    section: { counts, geneNames: tissue.geneNames, readCoordinates, location },
    spotsRead: () => spotsRead,
  };
}
const { section, spotsRead } = buildSection();

let parent: string;
let folder: string;
let reach: RunReach | undefined;
beforeEach(async () => {
  reach = undefined;
  parent = await mkdtemp(join(tmpdir(), "flashdeconv-stages-"));
  folder = join(parent, "run");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

interface Settings {
  readonly options: Partial<DeconvolveOptions>;
  readonly onScratch?: boolean;
}

/** Runs as one process that comes to a mark, or, without one, to the end. */
async function drive(
  { options, onScratch }: Settings,
  stopAt?: RunMark,
): Promise<Deconvolution | RunStopped> {
  const plan = { pieces: "any" };
  const run = await openRunFolder(folder, { facts, resume: true, plan, reach });
  try {
    const scratch = onScratch ? { scratch: await run.openScratch(0), windowBytes: 64 * 2 ** 20 } : undefined;
    const { checkpoint } = run;
    const result = await deconvolve(section, tissue.reference, options, { checkpoint, scratch, stopAt });
    const proportions = await proportionsOf(result);
    const dense = { kind: "dense" as const, spotStart: 0, spotCount: SPOTS, width: 3 };
    const kept = { ...result, proportions: memorySource({ ...dense, values: proportions }) };
    await run.remove();
    return kept;
  } catch (error) {
    await run.leave();
    if (!(error instanceof RunStopped)) throw error;
    return error;
  }
}

/** As the calling thread, but that passes are cut into more ranges. */
function tenRanges(): Executor<PipelineTasks> {
  const executor = inlineExecutor(
    buildPipelineTasks({
      allocate: allocateHere,
      openCounts: async () => section.counts,
      openSession: startedSession,
      openScratchFile: async () => {
        throw new Error("no scratch");
      },
    }),
  );
  return { ...executor, concurrency: 3 };
}

async function doPiece(pass: SharedPass, count: number, i: number): Promise<number> {
  return runPiece(
    section,
    { pass, range: pieceRange(SPOTS, count, i) },
    { parts: await openRunParts(folder, reach) },
  );
}

async function doPass(pass: SharedPass, count: number): Promise<void> {
  // In no order.
  for (let i = count - 1; i >= 0; i--) expect(await doPiece(pass, count, i)).toBeGreaterThan(0);
}

const marks = (options: Settings["options"]): RunMark[] =>
  ["flashdeconv", "weighted"].includes(options.method ?? "")
    ? ["survey", "summarize"]
    : ["survey", "summarize", "refine"];

/** All stages in turn, each of which comes to where it was to. */
async function inStages(settings: Settings, pieces: number): Promise<Deconvolution> {
  for (const mark of marks(settings.options)) {
    const stopped = (await drive(settings, mark)) as RunStopped;
    expect(stopped).toMatchObject({ at: mark, isWaiting: true });
    await doPass(mark as SharedPass, pieces);
    expect(await doPiece(mark as SharedPass, pieces, 0)).toBe(0);
  }
  if (settings.options.maxTypes === undefined) {
    expect(await drive(settings, "answer")).toMatchObject({ at: "answer", isWaiting: false });
  }
  return (await drive(settings, "result")) as Deconvolution;
}

/** All stages but the last. */
async function toAnswer(settings: Settings): Promise<void> {
  for (const mark of marks(settings.options)) {
    await drive(settings, mark);
    await doPass(mark as SharedPass, 2);
  }
  expect(await drive(settings, "answer")).toMatchObject({ at: "answer", isWaiting: false });
}

async function expectSame(found: Deconvolution, wanted: Deconvolution): Promise<void> {
  expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
  expect(found.totals).toEqual(wanted.totals);
  expect(found.dominant).toEqual(wanted.dominant);
  expect(found.statuses).toEqual(wanted.statuses);
  expect(found.counts).toEqual(wanted.counts);
  expect(found.parameters).toEqual(wanted.parameters);
  expect(found.notices).toEqual(wanted.notices);
}

const cases: [Settings, number][] = [
  [{ options: {} }, 1],
  [{ options: {} }, 4],
  [{ options: {} }, 16],
  [{ options: {}, onScratch: true }, 4],
  [{ options: { method: "weighted" } }, 4],
  [{ options: { method: "poisson" } }, 4],
  [{ options: { method: "poisson", maxTypes: 2 } }, 4],
  [{ options: { method: "flashdeconv", solverOptions: { lambda: 300 } } }, 16],
  [{ options: { method: "flashdeconv", solverOptions: { lambda: 300 } }, onScratch: true }, 4],
];

describe("a run that several processes share", () => {
  it.each(cases)("ends with the bits of one that is alone: %j in %i pieces", async (settings, pieces) => {
    const wanted = await deconvolve(section, tissue.reference, settings.options);
    const found = await inStages(settings, pieces);
    await expectSame(found, wanted);
    // The plan stays, so that a stage that is asked for again knows what it was of.
    expect((await readdir(folder)).sort()).toEqual(["manifest.jsonl"]);
    expect(await openRunParts(folder)).toMatchObject({ isDone: true, plan: { pieces: "any" } });
  });
});

it.each([false, true])("they share it in a bucket too (on scratch: %s)", async (onScratch) => {
  const wanted = await deconvolve(section, tissue.reference);
  const place = await inBucket();
  ({ path: folder, reach } = place);
  await expectSame(await inStages({ options: {}, onScratch }, 3), wanted);
  expect(await place.names()).toEqual(["manifest.jsonl"]);
  expect(await place.left()).toEqual([]);
});

it("what one had on scratch of its own is done again in stages, where the folder is in a bucket", async () => {
  const wanted = await deconvolve(section, tissue.reference);
  const place = await inBucket();
  ({ path: folder, reach } = place);
  const run = await openRunFolder(folder, { facts, everySeconds: 0, reach });
  const controller = new AbortController();
  const onProgress = ({ stage, done }: { stage: string; done: number }) => {
    if (stage === "refine" && done > 20_000) controller.abort(new Error("stopped"));
  };
  const { checkpoint } = run;
  const scratch = { scratch: await run.openScratch(0), windowBytes: 64 * 2 ** 20 };
  const { signal } = controller;
  await expect(
    deconvolve(section, tissue.reference, {}, { checkpoint, scratch, signal, onProgress }),
  ).rejects.toThrow("stopped");
  expect(await run.leave()).toBe(true);
  expect(await place.left()).toEqual([]);
  for (const mark of marks({})) {
    const stopped = (await drive({ options: {} }, mark)) as RunStopped;
    if (stopped.isWaiting) await doPass(mark as SharedPass, 1);
  }
  await expectSame((await drive({ options: {} }, "result")) as Deconvolution, wanted);
});

it("of a section that a part of it stands for, in stages too", async () => {
  const large = simulateTissue({
    ...SMALL,
    spotCount: 216_000,
    geneCount: 12,
    typeCount: 2,
    cellsPerType: 40,
  });
  const counts = memorySource(await collect(large.counts), { spotsPerChunk: 5000 });
  const places = Float64Array.from((await collect(large.coordinates)).values);
  const spatial = {
    counts,
    geneNames: large.geneNames,
    readCoordinates: async () => ({ dimension: 2 as const, values: places }),
  };
  const wanted = await deconvolve(spatial, large.reference, { method: "weighted" });
  expect(wanted.parameters.surveyed_spot_count).toBeLessThan(120_000);
  let found: Deconvolution | undefined;
  for (const stopAt of ["survey", "summarize", "answer", "result"] as const) {
    const run = await openRunFolder(folder, { facts, resume: true, plan: 1 });
    const { checkpoint } = run;
    const stopping = deconvolve(spatial, large.reference, { method: "weighted" }, { checkpoint, stopAt });
    found = await stopping.catch((error) => {
      if (!(error instanceof RunStopped)) throw error;
      return undefined;
    });
    await run.leave();
    if (stopAt !== "survey" && stopAt !== "summarize") continue;
    const range = { start: 0, end: counts.spotCount };
    expect(await runPiece(spatial, { pass: stopAt, range }, { parts: await openRunParts(folder) })).toBe(
      216_000,
    );
  }
  await expectSame(found as Deconvolution, wanted);
});

describe("what is there", () => {
  const settings = { options: {} };

  it("is taken in by a run that is alone, and not read again", async () => {
    const wanted = await deconvolve(section, tissue.reference);
    await drive(settings, "survey");
    await doPass("survey", 3);
    await drive(settings, "summarize");
    expect(await doPiece("summarize", 4, 2)).toBeGreaterThan(0);
    const before = spotsRead();
    const found = (await drive(settings)) as Deconvolution;
    await expectSame(found, wanted);
    const { start, end } = pieceRange(SPOTS, 4, 2);
    // Two passes, one of them without that piece; chunks of the edges are read for both sides.
    expect(spotsRead() - before).toBeLessThan(2 * SPOTS - (end - start) + 40 * 1500);
  });

  it("of a run that was alone and stopped is not done again by stages", async () => {
    const wanted = await deconvolve(section, tissue.reference);
    const run = await openRunFolder(folder, { facts, everySeconds: 0 });
    const controller = new AbortController();
    const onProgress = ({ stage, done }: { stage: string; done: number }) => {
      if (stage === "refine" && done > 20_000) controller.abort(new Error("stopped"));
    };
    const { checkpoint } = run;
    const { signal } = controller;
    await expect(
      deconvolve(section, tissue.reference, {}, { checkpoint, signal, onProgress, executor: tenRanges() }),
    ).rejects.toThrow("stopped");
    expect(await run.leave()).toBe(true);
    for (const mark of ["survey", "summarize"] as const) {
      expect(await drive(settings, mark)).toMatchObject({ at: mark, isWaiting: false });
      expect(await doPiece(mark, 1, 0)).toBe(0);
    }
    expect(await drive(settings, "refine")).toMatchObject({ at: "refine", isWaiting: true });
    await doPass("refine", 1);
    await expectSame((await drive(settings, "result")) as Deconvolution, wanted);
  });

  it("but damaged is done again, by who does that piece", async () => {
    const wanted = await deconvolve(section, tissue.reference);
    await drive(settings, "survey");
    await doPass("survey", 1);
    await drive(settings, "summarize");
    await doPass("summarize", 4);
    const parts = join(folder, "parts", "summarize");
    const [torn, flipped] = (await readdir(parts)).sort();
    await truncate(join(parts, torn), 100);
    const bytes = await readFile(join(parts, flipped));
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(join(parts, flipped), bytes);
    expect(await drive(settings, "refine")).toMatchObject({ at: "summarize", isWaiting: true });
    let again = 0;
    for (let i = 0; i < 4; i++) again += await doPiece("summarize", 4, i);
    expect(again).toBeLessThan(SPOTS);
    expect(again).toBeGreaterThan(0);
    await drive(settings, "refine");
    await doPass("refine", 2);
    await expectSame((await drive(settings)) as Deconvolution, wanted);
  });

  it.each([false, true])(
    "of what has been solved is all that is written (on scratch: %s)",
    async (onScratch) => {
      const wanted = await deconvolve(section, tissue.reference);
      await toAnswer({ options: {}, onScratch });
      await rm(join(folder, "parts"), { recursive: true });
      await expectSame((await drive({ options: {}, onScratch }, "result")) as Deconvolution, wanted);
    },
  );

  it("of what has been solved, but damaged, is solved again", async () => {
    const wanted = await deconvolve(section, tissue.reference);
    await toAnswer(settings);
    const manifest = await readFile(join(folder, "manifest.jsonl"), "utf8");
    const line = manifest.split("\n").find((one) => one.includes('"answerRows/0-'));
    const path = join(folder, JSON.parse(line ?? "").file);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(path, bytes);
    await expectSame((await drive(settings, "result")) as Deconvolution, wanted);
  });

  it("of what has been solved is not taken for a summary that is asked for", async () => {
    await toAnswer(settings);
    const run = await openRunFolder(folder, { facts, resume: true, plan: { pieces: "any" } });
    const told: number[] = [];
    const { checkpoint } = run;
    await deconvolve(
      section,
      tissue.reference,
      {},
      {
        checkpoint,
        onSummary: ({ spotCount }) => {
          told.push(spotCount);
        },
      },
    );
    expect(told).toEqual([SPOTS]);
    await run.remove();
  });

  it("of another run is refused by name", async () => {
    const first = folder;
    for (const name of ["run", "other"]) {
      folder = join(parent, name);
      await drive(settings, "survey");
      await doPass("survey", 1);
    }
    const [name] = await readdir(join(folder, "parts", "survey"));
    const path = join(first, "parts", "survey", name);
    await writeFile(path, await readFile(join(folder, "parts", "survey", name)));
    folder = first;
    await expect(drive(settings, "summarize")).rejects.toThrow(path);
    await expect(doPiece("survey", 1, 0)).rejects.toThrow("a part of another run");
  });

  it("may be made by two at once", async () => {
    const wanted = await deconvolve(section, tissue.reference);
    await drive(settings, "survey");
    const made = await Promise.all([
      doPiece("survey", 1, 0),
      doPiece("survey", 1, 0),
      doPiece("survey", 2, 1),
    ]);
    expect(made.every((count) => count > 0)).toBe(true);
    await expectSame((await drive(settings)) as Deconvolution, wanted);
  });

  it("is not taken for another's: a part that comes late to a folder that was begun anew", async () => {
    await drive(settings, "survey");
    const late = await openRunParts(folder);
    const run = await openRunFolder(folder, { facts, restart: true });
    await run.checkpoint.save("something", () => ({ facts: 1, arrays: {} }));
    await run.leave();
    await expect(late.write("survey/0-4096", { facts: 1, arrays: {} })).rejects.toThrow(
      "a run that was started at",
    );
    expect(await readdir(folder)).not.toContain("parts");
  });

  it("and not what a pass needs: the pass is refused", async () => {
    await drive(settings, "survey");
    for (const pass of SHARED_PASSES.slice(1)) {
      await expect(doPiece(pass, 1, 0)).rejects.toThrow(pass);
    }
    await rm(folder, { recursive: true });
    await expect(doPiece("survey", 1, 0)).rejects.toThrow("no run");
  });
});

describe("pieces of a section", () => {
  it("are all of it, each of about as many whole blocks", () => {
    for (const spotCount of [1, 4096, 4097, SPOTS, 1_000_000]) {
      for (const asked of [1, 4, 16]) {
        const count = Math.min(asked, mostPieces(spotCount));
        const ranges = Array.from({ length: count }, (_, i) => pieceRange(spotCount, count, i));
        expect(ranges[0].start).toBe(0);
        expect(ranges.at(-1)?.end).toBe(spotCount);
        for (const [i, { start, end }] of ranges.entries()) {
          expect(start % 4096).toBe(0);
          expect(end).toBeGreaterThan(start);
          if (i > 0) expect(start).toBe(ranges[i - 1].end);
        }
      }
    }
  });
});
