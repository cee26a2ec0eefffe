import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChunkSource, type CsrChunk, collect, memorySource, type Values } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { simulateTissue } from "@flashdeconv/simulate";
import { memoryStore } from "@flashdeconv/stores";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csrMatrices, denseRows } from "../../../test/csr-arbitrary.js";
import type { Deconvolution } from "../src/contracts/answers.js";
import type { SpotSections } from "../src/contracts/inputs.js";
import {
  type DeconvolveOptions,
  deconvolve,
  deconvolveDivided,
  deconvolveSections,
  readSummary,
  solveSummary,
} from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openRunFolder } from "../src/platform/node/run-folder.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import {
  readStoredSections,
  type StoredSections,
  writeSectionSummary,
} from "../src/stages/keep/sections-store.js";
import { divideSection } from "../src/stages/sections/divide-section.js";
import { eachSection } from "../src/stages/sections/each-section.js";
import { joinResults } from "../src/stages/sections/join-results.js";
import { selectRows } from "../src/stages/sections/select-rows.js";
import { proportionsOf } from "./proportions-of.js";
import { smallSection, withValue } from "./small-section.js";
import { storedTissue } from "./stored-tissue.js";

/** A source that notes which rows are read of it. */
function watched(source: ChunkSource<CsrChunk>) {
  const spans: [number, number][] = [];
  const seen: ChunkSource<CsrChunk> = {
    ...source,
    chunks(options = {}) {
      const { start, end } = options.spotRange ?? { start: 0, end: source.spotCount };
      spans.push([start, end]);
      return source.chunks(options);
    },
  };
  return { seen, spans };
}

/** Rows of a matrix, those that are chosen by a mask, as runs. */
function runsOf(mask: readonly boolean[]) {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const [row, isKept] of mask.entries()) {
    if (!isKept) continue;
    if (ends.at(-1) === row) ends[ends.length - 1]++;
    else {
      starts.push(row);
      ends.push(row + 1);
    }
  }
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

const EMPTY = (rowCount: number) =>
  memorySource<CsrChunk>({
    kind: "csr",
    spotStart: 0,
    spotCount: rowCount,
    width: 3,
    indptr: new Int32Array(rowCount + 1),
    indices: new Int32Array(0),
    values: new Float32Array(0),
  });

describe("selected rows", () => {
  it("are those rows, of whatever runs, chunks and range, and keep the contract of sources", async () => {
    const cases = csrMatrices({ maxSpots: 30 }).chain((matrix) =>
      fc.record({
        matrix: fc.constant(matrix),
        mask: fc
          .array(fc.boolean(), { minLength: matrix.spotCount, maxLength: matrix.spotCount })
          .filter((mask) => mask.includes(true)),
        spotsPerChunk: fc.integer({ min: 1, max: 12 }),
        from: fc.nat(),
        to: fc.nat(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ matrix, mask, spotsPerChunk, from, to }) => {
        const source = selectRows(memorySource(matrix, { spotsPerChunk }), runsOf(mask));
        const wanted = denseRows(matrix).filter((_, row) => mask[row]);
        expect(source.spotCount).toBe(wanted.length);
        expect(denseRows(await collect(source))).toEqual(wanted);
        await checkSource(source);
        const [start, end] = [from, to].map((at) => at % wanted.length).sort((a, b) => a - b);
        const part = await collect(source, { spotRange: { start, end: end + 1 } });
        expect(part.spotStart).toBe(start);
        expect(denseRows(part)).toEqual(wanted.slice(start, end + 1));
      }),
      { numRuns: 300 },
    );
  });

  it("that lie together are read alone, those near each other in one pass, and far runs in few", async () => {
    const { seen, spans } = watched(EMPTY(400_000));
    const read = async (starts: number[], ends: number[]) => {
      spans.length = 0;
      const rows = { starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
      await collect(selectRows(seen, rows));
      return [...spans];
    };
    expect(await read([90_000], [170_000])).toEqual([[90_000, 170_000]]);
    expect(await read([10, 30, 50], [20, 40, 60])).toEqual([[10, 60]]);
    expect(await read([10, 300_000], [20, 300_005])).toEqual([
      [10, 20],
      [300_000, 300_005],
    ]);
    const many = Array.from({ length: 40 }, (_, i) => 10_000 * i);
    const few = await read(
      many,
      many.map((start) => start + 1),
    );
    expect(few.length).toBeLessThan(17);
  });
});

const section = await smallSection({ spotCount: 400, depth: 60 });
const REFERENCE = section.reference;
const DIVISIONS = {
  interleaved: Int32Array.from({ length: 400 }, (_, spot) => ((7 * spot) % 11 < 5 ? 0 : 1)),
  contiguous: Int32Array.from({ length: 400 }, (_, spot) => (spot < 150 ? 1 : 0)),
};

describe.each(Object.entries(DIVISIONS))("a store of %s sections", (_, codes) => {
  const names = ["a", "b"];
  const parts = divideSection(section.spatial, { codes, names });
  const rowsOf = (code: number) => [...codes.keys()].filter((row) => codes[row] === code);

  it("is divided into what stores with their spots alone would be", async () => {
    const all = denseRows(section.matrix);
    const { values } = await section.spatial.readCoordinates();
    for (const [code, part] of parts.entries()) {
      const rows = rowsOf(code);
      expect(denseRows(await collect(part.counts))).toEqual(rows.map((row) => all[row]));
      const own = await part.readCoordinates();
      expect([...own.values]).toEqual(rows.flatMap((row) => [...values.slice(2 * row, 2 * row + 2)]));
      expect(own.components).toBeUndefined();
      expect(await part.readSpotName?.(3)).toBe(`spot-${rows[3]}`);
    }
  });

  it("gives results that are joined in the store's order", async () => {
    const results = [
      await deconvolve(parts[0], REFERENCE, { smoothing: 3 }),
      await deconvolve(parts[1], REFERENCE, { smoothing: 3, precision: "float64" }),
    ];
    const joined = joinResults(results, { codes, names });
    await checkSource(joined.proportions);
    const found = await proportionsOf(joined);
    expect(found).toBeInstanceOf(Float64Array);
    for (const [code, result] of results.entries()) {
      const own = await proportionsOf(result);
      for (const [spot, row] of rowsOf(code).entries()) {
        expect([...found.subarray(4 * row, 4 * row + 4)]).toEqual([...own.subarray(4 * spot, 4 * spot + 4)]);
        expect(joined.totals[row]).toBe(result.totals[spot]);
        expect(joined.counts[row]).toBe(result.counts[spot]);
        expect(joined.dominant[row]).toBe(result.dominant[spot]);
        expect(joined.statuses[row]).toBe(result.statuses[spot]);
      }
    }
    const [a, b] = results.map(({ parameters }) => parameters);
    expect(joined.parameters).toMatchObject({
      method: "refined",
      spot_count: 400,
      converged: true,
      sweeps: Math.max(a.sweeps as number, b.sweeps as number),
      section_names: names,
      sections: {
        a: { name: "a", genes_used: a.genes_used, precision: "float32", spot_count: a.spot_count },
        b: { name: "b", genes_used: b.genes_used, precision: "float64", spot_count: b.spot_count },
      },
    });
    expect(joined.parameters).not.toHaveProperty("precision");
    // Gram matrices that differ are each section's; one that all have is that of the result.
    const grams = results.map(({ signature }) => signature.gram);
    expect(joined.signature).toEqual({
      cellCounts: results[0].signature.cellCounts,
      sections: names.map((name, i) => ({ name, gram: grams[i] })),
    });
    const alike = results.map((result) => ({ ...result, signature: results[0].signature }));
    expect(joinResults(alike, { codes, names }).signature).toEqual(results[0].signature);
    expect(joined.parameters.sections).not.toHaveProperty(["a", "method"]);
  });
});

describe("kept summaries of several sections", () => {
  it("are refused where codes and sections do not belong together", async () => {
    const [codes, names] = [DIVISIONS.contiguous, ["a", "b"]];
    const keep = async (kept: SpotSections) => {
      const store = memoryStore();
      const input = { ...section.spatial, sections: { codes, names } };
      await deconvolveDivided(
        input,
        REFERENCE,
        { smoothing: 3 },
        {
          onSummary: (summary, at) =>
            writeSectionSummary(
              store,
              { summary, section: at, sections: kept },
              { spotNames: [...codes].map(String) },
            ),
        },
      );
      return store;
    };
    const solve = async (kept: SpotSections) => {
      const store = await keep(kept);
      const found = (await readStoredSections(store)) as StoredSections;
      return eachSection(found, {}, async (i) =>
        solveSummary((await readSummary(found.summaryStore(i))).summary),
      );
    };
    const wanted = await solve({ codes, names });
    expect(wanted.spotCount).toBe(400);
    await expect(solve({ codes: codes.map((code) => 2 * code), names })).rejects.toThrow(
      /sections that are not there/,
    );
    await expect(solve({ codes: DIVISIONS.interleaved, names })).rejects.toThrow(
      /section "a": found 250 spots/,
    );
  });
});

describe("coordinates of a section", () => {
  it("keep the components that are apart within it", async () => {
    const components = Int32Array.from({ length: 400 }, (_, spot) => (spot < 200 ? 0 : 1));
    const readCoordinates = async () => ({ ...(await section.spatial.readCoordinates()), components });
    const codes = DIVISIONS.contiguous;
    const [later, first] = divideSection(
      { ...section.spatial, readCoordinates },
      { codes, names: ["later", "first"] },
    );
    expect((await first.readCoordinates()).components).toBeUndefined();
    expect((await later.readCoordinates()).components).toEqual(components.slice(150));
  });
});

describe("deconvolveDivided", () => {
  const names = ["a", "b"];

  it("gives each section what deconvolveSections gives it, to the bit, whatever the method", async () => {
    for (const codes of Object.values(DIVISIONS)) {
      const parts = divideSection(section.spatial, { codes, names });
      for (const options of [
        {},
        { perSection: true },
        { method: "flashdeconv", smoothing: "auto" },
        { method: "poisson" },
        { smoothing: "none" },
      ] as const) {
        const { perSection, ...rest }: Partial<DeconvolveOptions> & { perSection?: boolean } = options;
        const input = { ...section.spatial, sections: { codes, names }, perSection };
        const told: string[] = [];
        const found = await deconvolveDivided(input, REFERENCE, rest, {
          onNotice: ({ message }) => told.push(message),
        });
        const apart = await deconvolveSections(parts, REFERENCE, options);
        const wanted = joinResults(apart, { codes, names });
        expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
        expect(found.parameters).toEqual(wanted.parameters);
        expect(found.notices).toEqual(wanted.notices);
        expect(new Set(told).size).toBe(told.length);
      }
    }
  });

  it("tells what all sections have once, and else names the section", async () => {
    const codes = DIVISIONS.contiguous;
    const input = { ...section.spatial, sections: { codes, names } };
    const cellTypes = {
      ...REFERENCE.cellTypes,
      codes: REFERENCE.cellTypes.codes.map((code, i) => (i < 3 ? -1 : code)),
    };
    const { notices } = await deconvolveDivided(
      input,
      { ...REFERENCE, cellTypes },
      { neighborCount: 200, smoothing: 1 },
    );
    const messages = notices.map(({ code, message }) => `${code}: ${message}`);
    expect(messages).toContainEqual(expect.stringMatching(/^unlabelled-cells: Without a cell type: 3 of/));
    expect(messages).toContainEqual(expect.stringMatching(/^few-spots: Section "b": .*\(200\)/));
    expect(messages.filter((message) => message.startsWith("few-spots"))).toHaveLength(1);
  });

  it("names the section in errors, also while the strength is chosen for all", async () => {
    const codes = DIVISIONS.contiguous;
    const bad = withValue(section, section.matrix.values.length - 1, -2);
    for (const options of [{}, { smoothing: 1 }]) {
      const input = { ...bad, sections: { codes, names } };
      await expect(deconvolveDivided(input, REFERENCE, options)).rejects.toThrow(/^section "a": .*spot-399/);
    }
  });

  it.each([
    { how: "proportions", options: {} },
    { how: "with intervals", options: { intervals: true } },
  ])(
    "is resumed where it was stopped, in memory and on scratch, with the same bits: $how",
    async ({ options }) => {
      const codes = DIVISIONS.interleaved;
      const input = { ...section.spatial, sections: { codes, names } };
      const wanted = await deconvolveDivided(input, REFERENCE, options);
      const step = options.intervals ? 29 : 7;
      for (const onScratch of [false, true]) {
        const folder = await mkdtemp(join(tmpdir(), "flashdeconv-divided-"));
        let found: Values[] | undefined;
        let rounds = 0;
        for (let stopAt = step; found === undefined; stopAt += step, rounds++) {
          const run = await openRunFolder(join(folder, "run"), { facts: {}, resume: true, everySeconds: 0 });
          const controller = new AbortController();
          let reports = 0;
          try {
            const scratch = onScratch
              ? { scratch: await run.openScratch(0), windowBytes: 2 ** 24 }
              : undefined;
            const result = await deconvolveDivided(input, REFERENCE, options, {
              scratch,
              checkpoint: run.checkpoint,
              signal: controller.signal,
              onProgress: () => ++reports === stopAt && controller.abort(new Error("stopped")),
            });
            found = await valuesOf(result);
            expect(result.parameters).toEqual(wanted.parameters);
            expect(result.notices).toEqual(wanted.notices);
            await run.remove();
          } catch (error) {
            if ((error as Error).message !== "stopped") throw error;
            await run.leave();
          }
        }
        expect(rounds).toBeGreaterThan(5);
        expect(found).toEqual(await valuesOf(wanted));
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

/** Of all tables. */
async function valuesOf({ tables }: Deconvolution): Promise<Values[]> {
  const values: Values[] = [];
  for (const table of tables) values.push((await collect(table.values)).values);
  return values;
}

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);

describe.skipIf(!existsSync(workerUrl))(
  "divided sections on threads (skipped until `pnpm build` has run)",
  () => {
    const tissue = simulateTissue({
      spotCount: 9000,
      geneCount: 80,
      typeCount: 3,
      depth: 60,
      cellsPerType: 12,
    });
    const stored = storedTissue(tissue);

    it("give the same bits", async () => {
      const codes = Int32Array.from({ length: 9000 }, (_, spot) => ((7 * spot) % 11 < 5 ? 0 : 1));
      const executor = threadPool({ threadCount: 2, workerUrl });
      try {
        const input = { ...(await stored.section()), sections: { codes, names: ["a", "b"] } };
        const wanted = await deconvolveDivided(input, tissue.reference);
        const found = await deconvolveDivided(input, tissue.reference, {}, { executor });
        expect(await proportionsOf(found)).toEqual(await proportionsOf(wanted));
        expect(found.parameters).toEqual(wanted.parameters);
        const scratch = await openScratchFolder(stored.folder);
        const onScratch = await deconvolveDivided(
          input,
          tissue.reference,
          {},
          {
            executor,
            scratch: { scratch, windowBytes: 2 ** 24 },
          },
        );
        expect(await proportionsOf(onScratch)).toEqual(await proportionsOf(wanted));
        await checkSource(onScratch.proportions);
        await scratch.remove();
      } finally {
        await executor.close();
      }
    });
  },
);
