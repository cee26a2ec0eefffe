import { type CsrChunk, collect, memorySource, type ReferenceSignature } from "@flashdeconv/core";
import { memoryStore } from "@flashdeconv/stores";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type CellReference,
  type DeconvolveOptions,
  deconvolve,
  prepareReference,
  readSummary,
  recombineTypes,
  type SectionSummary,
  solveSummary,
  writeSummary,
} from "../src/index.js";
import { proportionsOf } from "./proportions-of.js";
import { type SmallSection, smallSection } from "./small-section.js";

/** Cells of type k hold k + 1 times the counts of those of the first. */
const TIMES = [1, 2, 3, 4];

let section: SmallSection;
let reference: CellReference;
beforeAll(async () => {
  section = await smallSection({ emptySpotFraction: 0.1 });
  const cells = await collect(section.reference.counts);
  const { codes } = section.reference.cellTypes;
  const values = cells.values.slice();
  for (const [cell, code] of codes.entries())
    for (let i = cells.indptr[cell]; i < cells.indptr[cell + 1]; i++) values[i] *= TIMES[code];
  reference = { ...section.reference, counts: memorySource<CsrChunk>({ ...cells, values }) };
});

const run = (options: Partial<DeconvolveOptions>) => deconvolve(section.spatial, reference, options);

async function kept(options: Partial<DeconvolveOptions>) {
  const summaries: SectionSummary[] = [];
  const result = await deconvolve(section.spatial, reference, options, {
    onSummary: (summary) => void summaries.push(summary),
  });
  const store = memoryStore();
  const spotNames = Array.from({ length: 150 }, (_, i) => `spot ${i}`);
  await writeSummary(store, summaries[0], { spotNames, coordinates: undefined });
  return { result, summary: (await readSummary(store)).summary };
}

describe("shares of cells", () => {
  it.each<Partial<DeconvolveOptions>>([
    {},
    { method: "flashdeconv" },
    { method: "poisson", smoothing: "none" },
    { precision: "float64", empty: "uniform", smoothing: "none" },
  ])("are those of RNA, each divided by the counts of a cell, with %j", async (options) => {
    const [rna, cells] = [await run(options), await run({ ...options, amount: "cells" })];
    const perCell = cells.parameters.counts_per_cell as Float64Array;
    const [from, to] = [await proportionsOf(rna), await proportionsOf(cells)];
    let changed = 0;
    for (let spot = 0; spot < 150; spot++) {
      const own = from.subarray(4 * spot, 4 * spot + 4);
      if (rna.dominant[spot] < 0) {
        expect(to.subarray(4 * spot, 4 * spot + 4)).toEqual(own);
        expect(cells.dominant[spot]).toBe(-1);
        continue;
      }
      const divided = Array.from(own, (share, k) => share / perCell[k]);
      const sum = divided.reduce((all, one) => all + one);
      for (let k = 0; k < 4; k++) expect(to[4 * spot + k]).toBeCloseTo(divided[k] / sum, 6);
      expect(cells.dominant[spot]).toBe(divided.indexOf(Math.max(...divided)));
      expect(cells.totals[spot]).toBeCloseTo(sum * rna.totals[spot], 6);
      if (Math.abs(to[4 * spot] - own[0]) > 0.01) changed++;
    }
    expect(changed).toBeGreaterThan(20);
    expect(cells.statuses).toEqual(rna.statuses);
    expect(cells.parameters).toMatchObject({ amount: "cells", objective: rna.parameters.objective });
    expect(rna.parameters).toMatchObject({ amount: "rna", counts_per_cell: perCell });
  });

  it("are by the mean counts of the reference's cells over the genes in use", async () => {
    const { parameters } = await run({});
    const { codes } = reference.cellTypes;
    const used = new Set(parameters.genes_used as readonly string[]);
    const sums = new Float64Array(4);
    const cells = await collect(reference.counts);
    for (const [cell, code] of codes.entries())
      for (let i = cells.indptr[cell]; i < cells.indptr[cell + 1]; i++)
        if (used.has(reference.geneNames[cells.indices[i]])) sums[code] += cells.values[i] / 12;
    for (const [k, counts] of (parameters.counts_per_cell as Float64Array).entries())
      expect(counts).toBeCloseTo(sums[k], 6);
  });

  it("of kept statistics are those of the run, and either is to be had of them", async () => {
    const { result, summary } = await kept({ amount: "cells" });
    const again = await solveSummary(summary, { smoothing: "auto" });
    expect(await proportionsOf(again)).toEqual(await proportionsOf(result));
    expect(again.parameters).toEqual(result.parameters);
    const rna = await solveSummary(summary, { smoothing: "auto", amount: "rna" });
    expect(await proportionsOf(rna)).toEqual(await proportionsOf(await run({})));
    const { summary: ofRna } = await kept({});
    const cells = await solveSummary(ofRna, { smoothing: "auto", amount: "cells" });
    expect(await proportionsOf(cells)).toEqual(await proportionsOf(result));
  });

  it("of types taken together go by the mean of all their cells", async () => {
    const { summary } = await kept({});
    const perCell = summary.countsPerCell as Float64Array;
    const merged = recombineTypes(summary, { merge: { both: ["type_2", "type_0"] }, drop: ["type_3"] });
    expect(merged.countsPerCell?.[0]).toBeCloseTo((perCell[0] + perCell[2]) / 2, 9);
    expect(merged.countsPerCell?.[1]).toBe(perCell[1]);
    const found = await solveSummary(merged, { amount: "cells" });
    expect(found.parameters.counts_per_cell).toEqual(merged.countsPerCell);
  });

  it("of a signature that knows its cells are the bits of the cells", async () => {
    const prepared = await prepareReference(reference);
    if (!("signature" in prepared)) throw new Error("cells were not read");
    const { signature, cellCounts } = prepared;
    const options = { amount: "cells" } as const;
    const found = await deconvolve(section.spatial, { ...signature, cellCounts }, options);
    expect(await proportionsOf(found)).toEqual(await proportionsOf(await run(options)));
  });

  it("of types without a count in the genes in use are 0", async () => {
    const { codes } = reference.cellTypes;
    const cells = await collect(reference.counts);
    const values = cells.values.slice();
    for (const [cell, code] of codes.entries())
      if (code === 1) values.fill(0, cells.indptr[cell], cells.indptr[cell + 1]);
    const counts = memorySource<CsrChunk>({ ...cells, values });
    const found = await deconvolve(section.spatial, { ...reference, counts }, { amount: "cells" });
    expect(found.parameters.silent_types).toEqual(["type_1"]);
    expect((found.parameters.counts_per_cell as Float64Array)[1]).toBe(0);
    const proportions = await proportionsOf(found);
    for (let spot = 0; spot < 150; spot++)
      if (found.dominant[spot] >= 0) expect(proportions[4 * spot + 1]).toBe(0);
  });
});

describe("what cannot be told in cells", () => {
  it("is a table of means of an unknown number of cells, before anything is read", async () => {
    const prepared = await prepareReference(reference);
    if (!("signature" in prepared)) throw new Error("cells were not read");
    const means: ReferenceSignature = prepared.signature;
    const spatial = { ...section.spatial, readCoordinates: () => expect.unreachable() };
    await expect(deconvolve(spatial, means, { amount: "cells" })).rejects.toThrow(
      /how many cells they are of/,
    );
    const summaries: SectionSummary[] = [];
    await deconvolve(section.spatial, means, {}, { onSummary: (one) => void summaries.push(one) });
    expect(() => solveSummary(summaries[0], { amount: "cells" })).toThrow(/do not say how many counts/);
  });

  it("is a reference of values that are no counts", async () => {
    const cells = await collect(reference.counts);
    const halves = { ...cells, values: cells.values.map((value) => value / 2) };
    const counts = memorySource<CsrChunk>(halves);
    const given = { ...reference, counts };
    const options = { amount: "cells", allowNonCounts: true } as const;
    await expect(deconvolve(section.spatial, given, options)).rejects.toThrow(/not whole numbers/);
  });

  it.each(["raw", "pearson"] as const)("is told already with %s values", async (preprocess) => {
    const { result, summary } = await kept({ method: "flashdeconv", preprocess });
    expect(result.parameters.amount).toBe("cells");
    expect((await solveSummary(summary)).parameters.amount).toBe("cells");
    for (const amount of ["rna", "cells"] as const) {
      await expect(run({ method: "flashdeconv", preprocess, amount })).rejects.toThrow(/shares are of cells/);
      expect(() => solveSummary(summary, { amount })).toThrow(/shares are of cells/);
    }
  });
});
