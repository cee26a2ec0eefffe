import type { NeighborGraph } from "@flashdeconv/core";
import { MemoryPlanError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bcd,
  nnls,
  resolveSolveOptions,
  type Solver,
  type SolverSession,
  type StatArray,
  solve,
} from "../src/index.js";
import { solveStrips } from "../src/internal.js";
import { arrangeInMemory, memoryStripStore } from "./memory-strip-store.js";

const K = 4;

interface Section {
  readonly statistics: Float64Array;
  readonly graph: NeighborGraph;
  readonly spatialOrder: Int32Array | undefined;
}

/** A seeded section: statistics of random mixtures over a random mutual graph in which most neighbours are near. */
function buildSection(spotCount: number, seed: number, farShare: number, ordered: boolean): Section {
  let state = seed >>> 0 || 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const statistics = new Float64Array(spotCount * (K + 1));
  for (let i = 0; i < statistics.length; i++) statistics[i] = random() < 0.1 ? 0 : 3 * random();
  const places = Int32Array.from({ length: spotCount }, (_, i) => i);
  if (ordered)
    for (let i = spotCount - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [places[i], places[j]] = [places[j], places[i]];
    }
  const neighbors = Array.from({ length: spotCount }, () => new Set<number>());
  const side = Math.max(1, Math.floor(Math.sqrt(spotCount)));
  const link = (a: number, b: number) => {
    if (a === b || b >= spotCount) return;
    neighbors[places[a]].add(places[b]);
    neighbors[places[b]].add(places[a]);
  };
  for (let place = 0; place < spotCount; place++) {
    if (random() < 0.05) continue;
    if ((place + 1) % side !== 0) link(place, place + 1);
    link(place, place + side);
    if (random() < farShare) link(place, Math.floor(random() * spotCount));
  }
  const indptr = new Int32Array(spotCount + 1);
  for (let spot = 0; spot < spotCount; spot++) indptr[spot + 1] = indptr[spot] + neighbors[spot].size;
  const indices = Int32Array.from(neighbors.flatMap((set) => [...set]));
  return { statistics, graph: { spotCount, indptr, indices }, spatialOrder: ordered ? places : undefined };
}

const gram = Float64Array.from({ length: K * K }, (_, i) => (i % (K + 1) === 0 ? 2 : 0.7));
const reference = { typeNames: ["a", "b", "c", "d"], width: K, values: gram, gram };

async function solveBothWays(
  section: Section,
  solver: Solver,
  session: SolverSession,
  settings: {
    blocksPerStrip?: number;
    windowBytes?: number;
    single?: boolean;
    tolerance?: number;
    maxSweeps?: number;
  },
) {
  const { graph, spatialOrder } = section;
  const { spotCount } = graph;
  const precision: "float32" | "float64" = settings.single ? "float32" : "float64";
  const statistics: StatArray = settings.single ? Float32Array.from(section.statistics) : section.statistics;
  const abundance: StatArray = settings.single
    ? new Float32Array(spotCount * K)
    : new Float64Array(spotCount * K);
  const options = resolveSolveOptions({
    tolerance: settings.tolerance ?? 1e-3,
    maxSweeps: settings.maxSweeps ?? 500,
  });
  const whole = await solve(
    solver,
    session,
    { typeCount: K, statistics, graph, spatialOrder, abundance },
    options,
  );
  const empty = { spotCount, indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) };
  const isCoupled = solver.coupling === "neighbors" && session.pull !== 0;
  const arranged = await arrangeInMemory(isCoupled ? graph : empty, spatialOrder, {
    blocksPerStrip: settings.blocksPerStrip,
  });
  const { layout } = arranged;
  const store = memoryStripStore(arranged, statistics, K);
  const answer: StatArray = settings.single
    ? new Float32Array(spotCount * K)
    : new Float64Array(spotCount * K);
  const strips = await solveStrips(
    solver,
    session,
    {
      typeCount: K,
      layout,
      store,
      precision,
      windowBytes: settings.windowBytes ?? 1e9,
      onStrip(strip, rows) {
        for (let position = layout.stripStarts[strip]; position < layout.stripStarts[strip + 1]; position++) {
          const at = (position - layout.stripStarts[strip]) * K;
          answer.set(rows.subarray(at, at + K), arranged.spotAt[position] * K);
        }
      },
    },
    options,
  );
  const { abundance: wholeAnswer, ...wholeFacts } = whole;
  return { answer, strips, wholeAnswer, wholeFacts, loads: store.statisticsLoads(), layout };
}

function startBcd(section: Section, lambda: number): SolverSession {
  const { spotCount, indices } = section.graph;
  return bcd.start(reference, bcd.resolveOptions({ lambda }), {
    spotCount,
    meanDegree: indices.length / spotCount,
  });
}

describe("solveStrips", () => {
  it("gives the bits of solve for any graph, strips, smoothing and storage", async () => {
    const cases = fc.record({
      spotCount: fc.integer({ min: 1, max: 1500 }),
      seed: fc.integer({ min: 1, max: 1e9 }),
      farShare: fc.constantFrom(0, 0, 0.02, 0.5),
      ordered: fc.boolean(),
      lambda: fc.constantFrom(0, 0.01, 1, 30, 3000),
      blocksPerStrip: fc.integer({ min: 1, max: 6 }),
      single: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ spotCount, seed, farShare, ordered, lambda, blocksPerStrip, single }) => {
          const section = buildSection(spotCount, seed, farShare, ordered);
          const session = startBcd(section, lambda);
          const found = await solveBothWays(section, bcd as Solver, session, {
            blocksPerStrip,
            single,
            maxSweeps: 60,
          });
          expect(found.strips).toEqual(found.wholeFacts);
          expect(found.answer).toEqual(found.wholeAnswer);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the bits of solve for spots that are independent", async () => {
    const section = buildSection(700, 3, 0, true);
    const session = nnls.start(reference, nnls.resolveOptions({}), { spotCount: 700, meanDegree: 0 });
    const found = await solveBothWays(section, nnls as Solver, session, { blocksPerStrip: 2 });
    expect(found.strips).toEqual(found.wholeFacts);
    expect(found.answer).toEqual(found.wholeAnswer);
    expect(found.strips.sweeps).toBe(1);
  });

  it("reads statistics less often in a larger window, with the same bits", async () => {
    const section = buildSection(6400, 5, 0, true);
    const session = startBcd(section, 1);
    const settings = { blocksPerStrip: 2, tolerance: 1e-9 };
    const wide = await solveBothWays(section, bcd as Solver, session, settings);
    const least = await leastWindow(section, session, settings);
    const narrow = await solveBothWays(section, bcd as Solver, session, { ...settings, windowBytes: least });
    expect(narrow.answer).toEqual(wide.answer);
    expect(narrow.strips).toEqual(wide.strips);
    expect(narrow.answer).toEqual(narrow.wholeAnswer);
    expect(wide.loads).toBeLessThan(narrow.loads / 2);
  });

  it("needs a window of a part of the section, and says how large one", async () => {
    const section = buildSection(25_600, 5, 0, true);
    const session = startBcd(section, 1);
    const least = await leastWindow(section, session, { blocksPerStrip: 4 });
    expect(least).toBeLessThan((25_600 * 8 * (2 * K + 1)) / 2);
    const tooLittle = solveBothWays(section, bcd as Solver, session, {
      blocksPerStrip: 4,
      windowBytes: least - 1,
    });
    await expect(tooLittle).rejects.toBeInstanceOf(MemoryPlanError);
  });

  it("refuses coarse pictures of the section for which there is no room", async () => {
    const section = buildSection(25_600, 5, 0, true);
    const strong = solveBothWays(section, bcd as Solver, startBcd(section, 1e4), {
      blocksPerStrip: 4,
      windowBytes: 100_000,
    });
    await expect(strong).rejects.toThrow(/at least \d{6} bytes.*MiB more memory.*smooth less/);
  });

  it("stops with the signal's own reason, and with what the store throws, once nothing is under way", async () => {
    const section = buildSection(2000, 7, 0, true);
    const session = startBcd(section, 1);
    const arranged = await arrangeInMemory(section.graph, section.spatialOrder, { blocksPerStrip: 2 });
    const { layout } = arranged;
    const base = {
      typeCount: K,
      layout,
      precision: "float64" as const,
      windowBytes: 1e9,
      onStrip: () => undefined,
    };
    const options = resolveSolveOptions({ tolerance: 1e-8 });
    const memory = memoryStripStore(arranged, section.statistics, K);
    const controller = new AbortController();
    const reason = new Error("enough");
    let underWay = 0;
    const store = {
      ...memory,
      async storeAbundance(strip: number, rows: StatArray) {
        underWay++;
        if (strip === 3) controller.abort(reason);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await memory.storeAbundance(strip, rows);
        underWay--;
      },
    };
    await expect(
      solveStrips(bcd, session, { ...base, store, signal: controller.signal }, options),
    ).rejects.toBe(reason);
    expect(underWay).toBe(0);
    const full = new Error("disk full");
    const failing = { ...memory, storeAbundance: () => Promise.reject(full) };
    await expect(solveStrips(bcd, session, { ...base, store: failing }, options)).rejects.toBe(full);
  });
});

/** The least window that the error of a window of nothing asks for. */
async function leastWindow(section: Section, session: SolverSession, settings: object): Promise<number> {
  try {
    await solveBothWays(section, bcd as Solver, session, { ...settings, windowBytes: 0 });
  } catch (error) {
    return Number(/at least (\d+) bytes/.exec((error as Error).message)?.[1]);
  }
  throw new Error("a window of nothing was enough");
}

describe("arrangeStrips", () => {
  it("is a renumbering: every spot once, neighbours the same and in the same order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 1e9 }),
        fc.boolean(),
        async (n, seed, ordered) => {
          const { graph, spatialOrder } = buildSection(n, seed, 0.05, ordered);
          const { layout, spotAt, neighbors } = await arrangeInMemory(graph, spatialOrder, {
            blocksPerStrip: 2,
          });
          expect(Int32Array.from(spotAt).sort()).toEqual(Int32Array.from({ length: n }, (_, i) => i));
          for (const [strip, { indptr, indices }] of neighbors.entries()) {
            const start = layout.stripStarts[strip];
            expect(indptr.length).toBe(layout.stripStarts[strip + 1] - start + 1);
            expect(indices.length).toBe(layout.edgeStarts[strip + 1] - layout.edgeStarts[strip]);
            for (let row = 0; row + 1 < indptr.length; row++) {
              const spot = spotAt[start + row];
              const moved = indices.subarray(indptr[row], indptr[row + 1]);
              expect(moved.map((other) => spotAt[other])).toEqual(
                graph.indices.subarray(graph.indptr[spot], graph.indptr[spot + 1]),
              );
              expect(moved.every((other) => other < layout.stripStarts[layout.reach[strip] + 1])).toBe(true);
            }
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("refuses strips of no block", async () => {
    const { graph } = buildSection(10, 1, 0, false);
    await expect(arrangeInMemory(graph, undefined, { blocksPerStrip: 0 })).rejects.toThrow(/blocksPerStrip/);
  });
});
