import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChunkSource, type CsrChunk, mapChunks } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeptCounts, ScratchFile } from "../src/contracts/scratch.js";
import { type DeconvolveCallbacks, type DeconvolveOptions, deconvolve } from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openScratchFolder, type ScratchFolder } from "../src/platform/node/scratch.js";
import { countsKeeper, keptChunks } from "../src/stages/summarize/kept-counts.js";
import { proportionsOf } from "./proportions-of.js";
import { storedTissue } from "./stored-tissue.js";

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({ spotCount: 9000, geneCount: 400, typeCount: 5, depth: 120 });
const stored = storedTissue(tissue);

let folder: string;
let scratch: ScratchFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-kept-test-"));
  scratch = await openScratchFolder(folder);
});
afterEach(async () => {
  await scratch.remove();
  await rm(folder, { recursive: true, force: true });
});

const value = fc.oneof(
  fc.nat(300),
  fc.constantFrom(0, 255, 256, 65535, 2 ** 24, -1, 0.5, -0, Number.NaN, Number.POSITIVE_INFINITY),
  fc.float(),
);
const chunk = fc
  .record({
    rows: fc.array(fc.array(fc.record({ gene: fc.nat(99_999), value }), { maxLength: 6 }), { maxLength: 6 }),
    width: fc.constantFrom(1, 65_536, 65_537, 100_000),
    isDouble: fc.boolean(),
  })
  .map(({ rows, width, isDouble }): Omit<CsrChunk, "spotStart"> => {
    const entries = rows.flat();
    const values = entries.map((entry) => entry.value);
    return {
      kind: "csr",
      spotCount: rows.length,
      width,
      indptr: Int32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]),
      indices: Int32Array.from(entries, ({ gene }) => gene % width),
      values: isDouble ? Float64Array.from(values) : Float32Array.from(values),
    };
  });

describe("counts that are kept", () => {
  it("are those that were added, to the bit, of any value and number of genes", () =>
    fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 4 }), async (given) => {
        const width = given[0]?.width ?? 1;
        let spotStart = 7;
        const chunks = given.map((one) => {
          const indices = one.indices.map((gene) => gene % width);
          const placed: CsrChunk = { ...one, width, indices, spotStart };
          spotStart += one.spotCount;
          return placed;
        });
        const file = memoryFile();
        const keeper = countsKeeper(file, Number.POSITIVE_INFINITY);
        for (const one of chunks) await keeper.add(one);
        const byteCount = keeper.finish() as number;
        const found: CsrChunk[] = [];
        for await (const one of keptChunks(file, { byteCount, width })) {
          // Its memory is written over by the next.
          found.push({
            ...one,
            indptr: one.indptr.slice(),
            indices: one.indices.slice(),
            values: one.values.slice(),
          });
        }
        expect(found).toEqual(chunks);
      }),
    ));

  it("are none where there is too little room, or a file takes no more", async () => {
    const one: CsrChunk = {
      kind: "csr",
      spotStart: 0,
      spotCount: 1,
      width: 2,
      indptr: Int32Array.of(0, 2),
      indices: Int32Array.of(0, 1),
      values: Float32Array.of(3, 4),
    };
    const kept = async (most: number, file = memoryFile()) => {
      const keeper = countsKeeper(file, most);
      await keeper.add(one);
      await keeper.add(one);
      return keeper.finish();
    };
    const all = (await kept(1000)) as number;
    expect(await kept(all)).toBe(all);
    expect(await kept(all - 1)).toBeUndefined();
    const full = { ...memoryFile(), write: () => Promise.reject(new Error("ENOSPC")) };
    expect(await kept(1000, full)).toBeUndefined();
  });
});

describe("a run that keeps counts", () => {
  const run = async (method: DeconvolveOptions["method"], callbacks: DeconvolveCallbacks) =>
    proportionsOf(await deconvolve(await stored.section(), tissue.reference, { method }, callbacks));

  it("reads the section once less, with the same bits", async () => {
    const { counts, ...section } = await stored.section();
    for (const method of ["refined", "poisson", "weighted", "flashdeconv"] as const) {
      const reads = async (keptCounts: KeptCounts | undefined) => {
        let spots = 0;
        const counted: ChunkSource<CsrChunk> = mapChunks(
          counts,
          (one) => {
            spots += one.spotCount;
            return one;
          },
          counts.width,
        );
        const spatial = { ...section, counts: counted, location: undefined };
        const found = await deconvolve(spatial, tissue.reference, { method }, { keptCounts });
        return { spots, proportions: await proportionsOf(found) };
      };
      const again = await reads(undefined);
      const once = await reads({ scratch, mostBytes: 1e9 });
      const isRefining = method === "refined" || method === "poisson";
      expect(again.spots, method).toBe((isRefining ? 3 : 2) * tissue.spotCount);
      expect(once.spots, method).toBe(2 * tissue.spotCount);
      expect(once.proportions).toEqual(again.proportions);
    }
  });

  it("reads again what could not be kept, with the same bits", async () => {
    const expected = await run("refined", {});
    for (const mostBytes of [0, 200_000]) {
      expect(await run("refined", { keptCounts: { scratch, mostBytes } })).toEqual(expected);
    }
    const none = { create: () => Promise.reject(new Error("no folder")), find: () => undefined };
    expect(await run("refined", { keptCounts: { scratch: none, mostBytes: 1e9 } })).toEqual(expected);
  });

  it.skipIf(!existsSync(workerUrl))("shares the work among threads, with the same bits", async () => {
    const executor = threadPool({ threadCount: 2, workerUrl });
    try {
      const expected = await run("refined", {});
      for (const mostBytes of [1e9, 300_000]) {
        expect(await run("refined", { executor, keptCounts: { scratch, mostBytes } })).toEqual(expected);
      }
    } finally {
      await executor.close();
    }
  });
});

/** A scratch file in memory. */
function memoryFile(): ScratchFile {
  let held = new Uint8Array(0);
  return {
    path: "memory",
    async read(into, at) {
      if (at + into.length > held.length) throw new Error("the file ends early");
      into.set(held.subarray(at, at + into.length));
    },
    async write(from, at) {
      const longer = new Uint8Array(Math.max(held.length, at + from.length));
      longer.set(held);
      longer.set(from, at);
      held = longer;
    },
  };
}
