import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChunkSource, type CsrChunk, collect, inlineExecutor, memorySource } from "@flashdeconv/core";
import { allocateHere } from "@flashdeconv/core/internal";
import { simulateTissue } from "@flashdeconv/simulate";
import { beforeAll, describe, expect, it } from "vitest";
import type { PipelineTasks } from "../src/contracts/tasks.js";
import {
  type DeconvolveCallbacks,
  type DeconvolveOptions,
  deconvolve,
  type SpatialInput,
  type StageProgress,
} from "../src/index.js";
import { openRunFolder } from "../src/platform/node/run-folder.js";
import { buildPipelineTasks } from "../src/stages/pipeline-tasks.js";
import { startedSession } from "../src/stages/solve/start-session.js";
import { surveyedRanges } from "../src/stages/survey/surveyed-ranges.js";
import { proportionsOf } from "./proportions-of.js";

const SPOTS = 214_000;
const tissue = simulateTissue({
  spotCount: SPOTS,
  geneCount: 40,
  typeCount: 3,
  depth: 8,
  cellsPerType: 12,
  layout: "patchy",
});
const ranges = surveyedRanges(SPOTS) ?? [];
const isSurveyed = (spot: number) => ranges.some(({ start, end }) => spot >= start && spot < end);
/** Nothing is estimated from a sample, and nothing smoothed: for tests of the passes alone. */
const PLAIN: Partial<DeconvolveOptions> = {
  method: "weighted",
  smoothing: "none",
  overdispersion: 0,
  fewCounts: 0,
};

let matrix: CsrChunk;
let coordinates: Float64Array;
/** The last spot that is not surveyed, and the first that is. */
let [outside, inside] = [SPOTS - 1, 0];
beforeAll(async () => {
  matrix = await collect(tissue.counts);
  coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
  while (isSurveyed(outside) || depthOf(outside) === 0) outside--;
  while (!isSurveyed(inside) || depthOf(inside) === 0) inside++;
});
const depthOf = (spot: number) => matrix.indptr[spot + 1] - matrix.indptr[spot];

interface Section extends SpatialInput {
  /** Spots that were read while this stage was the last that was told of. */
  readonly spotsRead: Map<string, number>;
  tell(progress: StageProgress): void;
}

function sectionOf(counts: CsrChunk, { spotsPerChunk = 3000, spotsReadTogether = 1 } = {}): Section {
  const spotsRead = new Map<string, number>();
  let stage = "";
  const source = memorySource(counts, { spotsPerChunk });
  const counted: ChunkSource<CsrChunk> = {
    ...source,
    spotsReadTogether,
    async *chunks(options) {
      for await (const chunk of source.chunks(options)) {
        spotsRead.set(stage, (spotsRead.get(stage) ?? 0) + chunk.spotCount);
        yield chunk;
      }
    },
  };
  return {
    counts: counted,
    geneNames: tissue.geneNames,
    readCoordinates: async () => ({ dimension: 2, values: coordinates }),
    readSpotName: async (spot) => `spot-${spot}`,
    spotsRead,
    tell: (progress) => {
      stage = progress.stage;
    },
  };
}

/** The section with other values: `change` is given spot, gene and value of each. */
function withValues(change: (spot: number, gene: number, value: number) => number): CsrChunk {
  const values = Float64Array.from(matrix.values);
  for (let spot = 0; spot < SPOTS; spot++) {
    for (let i = matrix.indptr[spot]; i < matrix.indptr[spot + 1]; i++)
      values[i] = change(spot, matrix.indices[i], values[i]);
  }
  return { ...matrix, values };
}

const withFirstValue = (at: number, value: number) =>
  withValues((spot, gene, old) => (spot === at && gene === matrix.indices[matrix.indptr[at]] ? value : old));

function run(section: Section, options: Partial<DeconvolveOptions>, callbacks: DeconvolveCallbacks = {}) {
  return deconvolve(section, tissue.reference, options, { onProgress: section.tell, ...callbacks });
}

describe("a section of which a part is surveyed", () => {
  it("has the same bits however it is stored and read", async () => {
    const section = sectionOf(matrix);
    const wanted = await run(section, { method: "weighted" });
    expect(section.spotsRead.get("genes")).toBeLessThan(0.6 * SPOTS);
    expect(section.spotsRead.get("statistics")).toBe(SPOTS);
    const proportions = await proportionsOf(wanted);
    for (const way of [
      { spotsPerChunk: 500, spotsReadTogether: 500 },
      { spotsPerChunk: 50_000, spotsReadTogether: SPOTS },
    ]) {
      const again = await run(sectionOf(matrix, way), { method: "weighted" });
      expect(await proportionsOf(again)).toEqual(proportions);
      expect(again.parameters).toEqual(wanted.parameters);
      expect(again.notices).toEqual(wanted.notices);
    }
    const shared = await run(
      { ...section, location: { store: "in memory" } },
      { method: "weighted", kernels: "typescript" },
      { executor: severalThreads(section) },
    );
    expect(await proportionsOf(shared)).toEqual(proportions);
    expect(shared.notices).toEqual(wanted.notices);
  });

  it("tells how much of what is to be read is done", async () => {
    const told: StageProgress[] = [];
    const section = sectionOf(matrix);
    await run(section, { method: "weighted" }, { onProgress: (progress) => told.push(progress) });
    const genes = told.filter(({ stage }) => stage === "genes");
    const done = genes.map((progress) => progress.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(genes.at(-1)?.done).toBe(genes.at(-1)?.total);
    expect(genes.at(-1)?.total).toBeLessThan(0.6 * SPOTS);
    expect(told.filter(({ stage }) => stage === "statistics").at(-1)).toMatchObject({
      done: SPOTS,
      total: SPOTS,
    });
  });

  it("reads all of it first where genes are to be chosen, and for a method of normalised counts", async () => {
    for (const options of [{ ...PLAIN, genes: "selected" as const }, { method: "flashdeconv" as const }]) {
      const section = sectionOf(matrix);
      await run(section, options);
      expect(section.spotsRead.get("genes")).toBe(SPOTS);
    }
  });

  it("is refused for a value that is no count, wherever it lies", async () => {
    for (const [value, kind] of [
      [Number.NaN, "not finite"],
      [0.5, "not whole"],
    ] as const) {
      const far = await run(sectionOf(withFirstValue(outside, value)), PLAIN).catch((error) => error);
      expect(far).toMatchObject({ tag: "CountError", spot: `spot-${outside}` });
      expect(far.message).toContain(`${kind}: 1 of ${matrix.values.length} non-zero values)`);
      const section = sectionOf(withFirstValue(inside, value));
      const near = await run(section, PLAIN).catch((error) => error);
      expect(near).toMatchObject({ tag: "CountError", spot: `spot-${inside}` });
      expect(near.message).toMatch(/non-zero values of a sample of the spots\)/);
      expect(section.spotsRead.get("statistics")).toBeUndefined();
    }
  });

  it("says whether allowing other values changed anything by all of them", async () => {
    const allowed = { ...PLAIN, allowNonCounts: true };
    const codes = async (counts: CsrChunk) =>
      (await run(sectionOf(counts), allowed)).notices.map(({ code }) => code);
    expect(await codes(matrix)).toContain("allow-non-counts-unused");
    expect(await codes(withFirstValue(outside, 1.5))).not.toContain("allow-non-counts-unused");
  });

  it("says which genes only other spots have counts of, and which none has", async () => {
    const [rare] = byShare();
    const seen = await run(
      sectionOf(withValues((spot, gene, value) => (gene === rare && isSurveyed(spot) ? 0 : value))),
      PLAIN,
    );
    const notice = seen.notices.find(({ code }) => code === "rare-genes");
    expect(notice?.message).toContain(`"${tissue.geneNames[rare]}" (`);
    const never = await run(sectionOf(withValues((_, gene, value) => (gene === rare ? 0 : value))), PLAIN);
    const codes = never.notices.map(({ code }) => code);
    expect(codes).not.toContain("rare-genes");
    expect(codes).toContain("uncounted-genes");
    for (const { parameters } of [seen, never]) {
      expect(parameters.genes_used).not.toContain(tissue.geneNames[rare]);
      expect(parameters.silent_types).toEqual([]);
    }
  });

  it("is surveyed whole where the part lacks genes that types express", async () => {
    const common = byShare().at(-1) as number;
    const changed = withValues((spot, gene, value) => (gene === common && isSurveyed(spot) ? 0 : value));
    const section = sectionOf(changed);
    const found = await run(section, PLAIN);
    expect(section.spotsRead.get("genes")).toBeGreaterThan(SPOTS);
    expect(found.parameters.genes_used).toContain(tissue.geneNames[common]);
    expect(found.notices.map(({ code }) => code)).not.toContain("rare-genes");
  });

  it("has answers where the part is empty", async () => {
    const found = await run(sectionOf(withValues((spot, _, value) => (isSurveyed(spot) ? 0 : value))), PLAIN);
    expect(found.notices.map(({ code }) => code)).not.toContain("no-counts");
    expect(found.statuses[outside]).toBe(0);
    const none = await run(sectionOf(withValues(() => 0)), PLAIN);
    expect(none.notices.map(({ code }) => code)).toContain("no-counts");
    expect(none.statuses.every((status) => status > 0)).toBe(true);
  });

  it("says how many spots are very deep, those outside the part too", async () => {
    const found = await run(sectionOf(withFirstValue(outside, 5000)), PLAIN);
    expect(found.notices.find(({ code }) => code === "deep-spots")?.message).toMatch(
      /^1 spot of 64 counts or more/,
    );
  });

  it("goes on from where it was stopped, with the bits of a run that was not", async () => {
    const options = { ...PLAIN, smoothing: "auto" as const };
    const wanted = await run(sectionOf(matrix), options);
    const folder = await mkdtemp(join(tmpdir(), "flashdeconv-survey-"));
    let found: typeof wanted | undefined;
    let resumedCount = 0;
    for (const stop of ["smoothing", "solve", "none"]) {
      const keeping = await openRunFolder(join(folder, "run"), { facts: {}, resume: true, everySeconds: 0 });
      resumedCount = keeping.resumedCount;
      const controller = new AbortController();
      const section = sectionOf(matrix);
      const callbacks: DeconvolveCallbacks = {
        executor: severalThreads(section),
        checkpoint: keeping.checkpoint,
        signal: controller.signal,
        onProgress({ stage, done }) {
          if (stage === stop && done > 0) controller.abort(new Error("stopped"));
        },
      };
      const located = { ...section, location: { store: "in memory" } };
      found = await run(located, options, callbacks).catch(() => undefined);
      if (found) await keeping.remove();
      else await keeping.leave();
      if (found) break;
    }
    await rm(folder, { recursive: true, force: true });
    expect(resumedCount).toBeGreaterThan(0);
    expect(await proportionsOf(found as typeof wanted)).toEqual(await proportionsOf(wanted));
    expect(found?.parameters).toEqual(wanted.parameters);
    expect(found?.notices).toEqual(wanted.notices);
  });
});

/** Ranges as for three threads, on this one. */
function severalThreads({ counts }: Pick<SpatialInput, "counts">) {
  const tasks: PipelineTasks = buildPipelineTasks({
    allocate: allocateHere,
    openCounts: async () => counts,
    openSession: startedSession,
    openScratchFile: () => Promise.reject(new Error("no scratch")),
  });
  return { ...inlineExecutor(tasks), concurrency: 3 };
}

/** Genes by the greatest share that they have of what a type expresses, ascending. */
function byShare(): number[] {
  const { typeNames, geneNames, values } = tissue.reference.signature;
  const { length } = geneNames;
  const rows = typeNames.map((_, k) => values.subarray(k * length, (k + 1) * length));
  const shareOf = (gene: number) =>
    Math.max(...rows.map((row) => row[gene] / row.reduce((sum, value) => sum + value, 0)));
  return [...geneNames.keys()].sort((a, b) => shareOf(a) - shareOf(b));
}
