import { existsSync } from "node:fs";
import { collect, memorySource } from "@flashdeconv/core";
import { simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import { type Deconvolution, deconvolve, planMemory, resolveDeconvolveOptions } from "../src/index.js";
import { threadPool } from "../src/platform/node/pool.js";
import { openScratchFolder } from "../src/platform/node/scratch.js";
import { classOf, setClasses } from "../src/stages/solve/set-classes.js";
import { proportionsOf } from "./proportions-of.js";
import { smallSection, spatialFrom } from "./small-section.js";
import { storedTissue } from "./stored-tissue.js";

const workerUrl = new URL("../dist/pool-worker.js", import.meta.url);
const tissue = simulateTissue({
  spotCount: 900,
  geneCount: 500,
  typeCount: 8,
  depth: 600,
  typesPerSpot: 2,
  leastShare: 0.3,
  emptySpotFraction: 0.02,
  seed: 3,
});
const stored = storedTissue(tissue);

/** Numbers and codes of all tables of a result but its proportions. */
async function columnsOf({ tables }: Deconvolution): Promise<Record<string, readonly number[]>> {
  const entries = await Promise.all(
    tables.slice(1).map(async ({ name, values }) => [name, [...(await collect(values)).values]] as const),
  );
  return Object.fromEntries(entries);
}

const typesOf = (row: ArrayLike<number>) =>
  Array.from(row, (_, k) => k)
    .filter((k) => row[k] > 0)
    .sort((a, b) => row[b] - row[a]);

describe("at most so many types a spot", () => {
  it.each([1, 2, 3])(
    "of %i: all others are exactly 0, and tables say which and how sure",
    async (maxTypes) => {
      const found = await deconvolve(await stored.section(), tissue.reference, { maxTypes });
      const proportions = await proportionsOf(found);
      const columns = await columnsOf(found);
      const classes = setClasses(maxTypes);
      const places = ["first", "second", "third"].slice(0, maxTypes);
      expect(found.parameters).toMatchObject({ max_types: maxTypes, method: "refined", tolerance: null });
      expect(found.tables.filter(({ isColumn }) => isColumn).map(({ name }) => name)).toEqual([
        ...["unexplained", "class", "class_score"],
        ...places,
        ...places.map((place) => `other_${place}`),
      ]);
      for (let spot = 0; spot < found.spotCount; spot++) {
        const row = proportions.subarray(8 * spot, 8 * spot + 8);
        const own = places.map((place) => columns[place][spot]).filter((type) => type >= 0);
        if (found.counts[spot] === 0) {
          expect([...row].every(Number.isNaN)).toBe(true);
          expect([own, columns.class[spot], columns.class_score[spot]]).toEqual([[], -1, Number.NaN]);
          continue;
        }
        expect([...row].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
        expect(own).toEqual(typesOf(row));
        expect(own[0]).toBe(found.dominant[spot]);
        const name = classes[columns.class[spot]];
        if (name !== "reject") {
          expect(name.split(" ")[0]).toBe(["singlet", "doublet", "triplet"][own.length - 1]);
        }
        expect(columns.class_score[spot]).toBeGreaterThanOrEqual(0);
        const others = places.map((place) => columns[`other_${place}`][spot]).filter((type) => type >= 0);
        expect(others.length).toBeGreaterThan(0);
        expect([...others].sort()).not.toEqual([...own].sort());
      }
    },
  );

  it("are those that are there, where spots hold one or two", async () => {
    const found = await deconvolve(await stored.section(), tissue.reference, { maxTypes: 2 });
    const proportions = await proportionsOf(found);
    const truth = (await collect(tissue.truth)).values;
    let right = 0;
    for (let spot = 0; spot < tissue.spotCount; spot++) {
      const [own, known] = [proportions, truth].map((rows) => typesOf(rows.subarray(8 * spot, 8 * spot + 8)));
      if ([...own].sort().join() === [...known].sort().join()) right++;
    }
    expect(right / tissue.spotCount).toBeGreaterThan(0.85);
  });

  it("have the same bits for other chunks, on scratch, with threads and kernels", async () => {
    const options = { maxTypes: 2, smoothing: 6 } as const;
    const matrix = await collect(tissue.counts);
    const coordinates = Float64Array.from((await collect(tissue.coordinates)).values);
    const wanted = await deconvolve(await stored.section(), tissue.reference, options);
    const proportions = await proportionsOf(wanted);
    const columns = await columnsOf(wanted);
    const check = async (found: Deconvolution) => {
      expect(await proportionsOf(found)).toEqual(proportions);
      expect(await columnsOf(found)).toEqual(columns);
      expect(found.totals).toEqual(wanted.totals);
      expect(found.parameters).toEqual(wanted.parameters);
    };
    const spatial = {
      ...spatialFrom(matrix, tissue.geneNames, coordinates),
      counts: memorySource(matrix, { spotsPerChunk: 7 }),
    };
    await check(await deconvolve(spatial, tissue.reference, options));
    await check(await deconvolve(spatial, tissue.reference, { ...options, kernels: "typescript" }));
    // The two differ in the steps of refining alone.
    const poisson = await deconvolve(spatial, tissue.reference, { ...options, method: "poisson" });
    expect(await columnsOf(poisson)).toEqual(columns);
    const onScratch = async (threads: object) => {
      const scratch = await openScratchFolder(stored.folder);
      const use = { ...threads, scratch: { scratch, windowBytes: 64 * 2 ** 20 } };
      await check(await deconvolve(await stored.section(), tissue.reference, options, use));
      await scratch.remove();
    };
    await onScratch({});
    const executor = existsSync(workerUrl) ? threadPool({ threadCount: 2, workerUrl }) : undefined;
    try {
      if (executor) {
        await check(await deconvolve(await stored.section(), tissue.reference, options, { executor }));
        await onScratch({ executor });
      }
    } finally {
      await executor?.close();
    }
  });

  it("are chosen without neighbours too, and where so few counts are not refined", async () => {
    const { spatial, reference } = await smallSection({ depth: 40 });
    for (const smoothing of ["none", 200] as const) {
      const found = await deconvolve(spatial, reference, { maxTypes: 2, smoothing });
      const proportions = await proportionsOf(found);
      const { length } = found.typeNames;
      for (let spot = 0; spot < found.spotCount; spot++) {
        expect(typesOf(proportions.subarray(length * spot, length * (spot + 1))).length).toBeLessThan(3);
      }
      expect(found.notices.map(({ code }) => code)).not.toContain("not-refined");
    }
  });

  it("have shares of cells where these are asked for, the same types", async () => {
    const [rna, cells] = await Promise.all(
      (["rna", "cells"] as const).map(async (amount) =>
        deconvolve(await stored.section(), tissue.reference, { maxTypes: 2, amount }),
      ),
    );
    const [a, b] = [await proportionsOf(rna), await proportionsOf(cells)];
    expect(a.map((share) => (share > 0 ? 1 : 0))).toEqual(b.map((share) => (share > 0 ? 1 : 0)));
    const { first } = await columnsOf(cells);
    expect(first).toEqual([...cells.dominant]);
  });

  it("hands no summary on: nothing could choose by it again", async () => {
    let summaries = 0;
    const onSummary = () => {
      summaries++;
    };
    await deconvolve(await stored.section(), tissue.reference, { maxTypes: 2 }, { onSummary });
    expect(summaries).toBe(0);
  });

  it("are refused where they cannot be had, or nothing would look at another option", () => {
    for (const method of ["weighted", "flashdeconv"] as const) {
      expect(() => resolveDeconvolveOptions({ method, maxTypes: 2 })).toThrow(/no such option/);
    }
    for (const maxTypes of [0, 1.5, 5]) {
      expect(() => resolveDeconvolveOptions({ maxTypes })).toThrow(/whole number from 1 to 4/);
    }
    expect(() => resolveDeconvolveOptions({ maxTypes: 2, tolerance: 1e-3 })).toThrow(/tolerance/);
    expect(() => resolveDeconvolveOptions({ maxTypes: 2, empty: "uniform" })).toThrow(/more types than that/);
    expect(resolveDeconvolveOptions({ maxTypes: 2, empty: "nan" }).maxTypes).toBe(2);
  });

  it("count in what a run will take", () => {
    const facts = {
      spotCount: 1_000_000,
      typeCount: 20,
      tableWidth: 0,
      geneCount: 1000,
      precision: "float32",
      isRefined: true,
      neighborCount: 6,
      mayBeStrong: false,
      chunkBytes: 2 ** 20,
      areChunksPacked: true,
      transposeBytes: 0,
      isFar: false,
      readAheadBytes: 0,
      heldBytes: 0,
      reference: undefined,
      coordinateBytes: 0,
      sampledValuesPerSpot: 100,
    } as const;
    const request = {
      budgetBytes: 8 * 2 ** 30,
      workers: { count: 1, isFixed: true },
      scratch: "never",
    } as const;
    const [none, two] = [undefined, 2].map((maxTypes) => planMemory({ ...facts, maxTypes }, request));
    // Eight numbers a spot.
    expect(two.parts.spots - none.parts.spots).toBe(32_000_000);
  });
});

describe("classes of sets", () => {
  it("say how many types there are, and whether they are certain", () => {
    expect(setClasses(2)).toEqual(["singlet", "doublet certain", "doublet uncertain", "reject"]);
    for (let most = 1; most <= 4; most++) {
      const names = setClasses(most);
      for (let size = 1; size <= most; size++) {
        const name = ["singlet", "doublet", "triplet", "quartet"][size - 1];
        expect(names[classOf(size, 0, most)]).toBe("reject");
        expect(names[classOf(size, size, most)]).toBe(size === 1 ? name : `${name} certain`);
        for (let certain = 1; certain < size; certain++) {
          expect(names[classOf(size, certain, most)]).toBe(`${name} uncertain`);
        }
      }
      expect(classOf(0, 0, most)).toBe(-1);
    }
  });
});
