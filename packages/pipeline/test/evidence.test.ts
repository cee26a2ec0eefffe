import { type CsrChunk, collect, GeneMismatchError, memorySource } from "@flashdeconv/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ReferenceInput } from "../src/contracts/inputs.js";
import {
  type CellReference,
  type Deconvolution,
  type DeconvolveOptions,
  deconvolve,
  METHOD_NAMES,
  recombineTypes,
  type SectionSummary,
  type SpatialInput,
  solveSummary,
} from "../src/index.js";
import { projection } from "./plugins.js";
import { proportionsOf } from "./proportions-of.js";
import { type SmallSection, smallSection } from "./small-section.js";

const PLUGIN_INPUTS = ["counts", "normalized", "sketch", "statistics"] as const;

/** Every method, the other choice of genes, and a plugin for each kind of rows. */
const WAYS: readonly (readonly [string, Partial<DeconvolveOptions>])[] = [
  ...METHOD_NAMES.map((method) => [method, { method }] as const),
  ["flashdeconv, all genes", { method: "flashdeconv", genes: "all" }],
  ["weighted, selected genes", { method: "weighted", genes: "selected" }],
  ...PLUGIN_INPUTS.map((input) => [`a plugin of ${input}`, { solver: projection(input) }] as const),
];

let section: SmallSection;
let cells: CsrChunk;
beforeAll(async () => {
  section = await smallSection({ spotCount: 60, geneCount: 60, typeCount: 3 });
  cells = await collect(section.reference.counts);
});

/** The matrix with some columns set to 0, or without them. */
function withColumns(matrix: CsrChunk, columns: ReadonlySet<number>, how: "zeroed" | "dropped"): CsrChunk {
  const kept = [...Array(matrix.width).keys()].filter((column) => !columns.has(column));
  const place = new Map(kept.map((column, i) => [column, how === "dropped" ? i : column]));
  const indices: number[] = [];
  const values: number[] = [];
  const indptr = [0];
  for (let row = 0; row < matrix.spotCount; row++) {
    for (let i = matrix.indptr[row]; i < matrix.indptr[row + 1]; i++) {
      const column = place.get(matrix.indices[i]);
      if (column === undefined) continue;
      indices.push(column);
      values.push(matrix.values[i]);
    }
    indptr.push(indices.length);
  }
  return {
    ...matrix,
    width: how === "dropped" ? kept.length : matrix.width,
    indptr: Int32Array.from(indptr),
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

function sectionWith(columns: ReadonlySet<number>, how: "zeroed" | "dropped"): SpatialInput {
  const { spatial, matrix } = section;
  const geneNames = spatial.geneNames.filter((_, column) => how === "zeroed" || !columns.has(column));
  return { ...spatial, geneNames, counts: memorySource(withColumns(matrix, columns, how)) };
}

function cellsWith(columns: ReadonlySet<number>, how: "zeroed" | "dropped"): CellReference {
  const { reference } = section;
  const geneNames = reference.geneNames.filter((_, column) => how === "zeroed" || !columns.has(column));
  return { ...reference, geneNames, counts: memorySource(withColumns(cells, columns, how)) };
}

it("a sketch of fewer dimensions than types is refused", async () => {
  const { spatial, reference } = section;
  const sketched = (sketchDimension: number) =>
    deconvolve(spatial, reference, { method: "flashdeconv", sketchDimension });
  await expect(sketched(2)).rejects.toThrow(/option sketchDimension: found 2, .*dimensions.*types.* 3, /);
  expect((await sketched(3)).spotCount).toBe(60);
});

/** The same cells and as many more of another type, "Silent", whose counts are all of genes that the section lacks. */
function withSilentType({ geneNames, counts: _, cellTypes }: CellReference): CellReference {
  const extra = 4;
  const matrix: CsrChunk = {
    ...cells,
    spotCount: cells.spotCount + extra,
    width: cells.width + 1,
    indptr: Int32Array.from([
      ...cells.indptr,
      ...Array.from({ length: extra }, (_, i) => cells.indices.length + i + 1),
    ]),
    indices: Int32Array.from([...cells.indices, ...Array(extra).fill(cells.width)]),
    values: Float32Array.from([...cells.values, ...Array(extra).fill(7)]),
  };
  return {
    geneNames: [...geneNames, "not in the section"],
    counts: memorySource(matrix),
    cellTypes: {
      // In the middle of the names, so that columns after it move.
      names: [...cellTypes.names, `${[...cellTypes.names].sort()[0]} silent`],
      codes: Int32Array.from([...cellTypes.codes, ...Array(extra).fill(cellTypes.names.length)]),
    },
  };
}

const codes = ({ notices }: Deconvolution) => notices.map(({ code }) => code);
const messageOf = ({ notices }: Deconvolution, code: string) =>
  notices.find((notice) => notice.code === code)?.message ?? "";

describe.each(WAYS)("%s", (_, options) => {
  it("gives genes that one side never counted no part: the answer is that without them, to the bit", async () => {
    const genes = fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(genes, genes, async (inSection, inReference) => {
        const names = section.spatial.geneNames;
        const both = new Set([...inSection, ...inReference].map((column) => names[column]));
        const columns = (all: readonly string[], some: ReadonlySet<string>) =>
          new Set([...all.keys()].filter((column) => some.has(all[column])));
        const sectionGenes = new Set(inSection);
        const referenceNames = new Set(inReference.map((column) => names[column]));
        const referenceGenes = columns(section.reference.geneNames, referenceNames);
        const zeroed = await deconvolve(
          sectionWith(sectionGenes, "zeroed"),
          cellsWith(referenceGenes, "zeroed"),
          options,
        );
        const dropped = await deconvolve(
          sectionWith(columns(names, both), "dropped"),
          cellsWith(columns(section.reference.geneNames, both), "dropped"),
          options,
        );
        expect(await proportionsOf(zeroed)).toEqual(await proportionsOf(dropped));
        expect(zeroed.parameters.genes_used).toEqual(dropped.parameters.genes_used);
        expect(zeroed.parameters.shared_gene_count).toBe(dropped.parameters.shared_gene_count);
        expect(messageOf(zeroed, "uncounted-genes")).toMatch(/left out/);
      }),
      { numRuns: 2 },
    );
  });

  it.each(["nan", "uniform"] as const)(
    "gives a type without counts exactly 0, and the others what they get without it (%s)",
    async (empty) => {
      const wanted = await deconvolve(section.spatial, section.reference, { ...options, empty });
      const found = await deconvolve(section.spatial, withSilentType(section.reference), {
        ...options,
        empty,
      });
      const [first] = wanted.typeNames;
      expect(found.typeNames).toEqual([first, `${first} silent`, ...wanted.typeNames.slice(1)]);
      const columns = [0, 2, 3];
      const [rows, wantedRows] = [await proportionsOf(found), await proportionsOf(wanted)];
      for (let spot = 0; spot < found.spotCount; spot++) {
        expect(columns.map((k) => rows[spot * 4 + k])).toEqual([
          ...wantedRows.subarray(spot * 3, spot * 3 + 3),
        ]);
        expect(rows[spot * 4 + 1]).toBe(0);
        const type = wanted.dominant[spot];
        expect(found.dominant[spot]).toBe(type < 0 ? type : columns[type]);
      }
      expect(messageOf(found, "silent-types")).toContain(`"${first} silent"`);
      expect(found.parameters.silent_types).toEqual([`${first} silent`]);
      expect(found.parameters.converged).toBe(true);
      const wantedGram = wanted.signature.gram as Float64Array;
      const gram = Float64Array.from({ length: 16 }, (_, i) => {
        const [k, l] = [Math.floor(i / 4), i % 4].map((type) => columns.indexOf(type));
        return k < 0 || l < 0 ? 0 : wantedGram[k * 3 + l];
      });
      expect(found.signature.gram).toEqual(gram);
      expect(found.signature.cellCounts).toEqual(found.parameters.cell_counts);
    },
  );

  it("refuses fewer counted genes than types, and tells of few", async () => {
    const inSection = new Set([...section.matrix.indices].map((gene) => section.spatial.geneNames[gene]));
    const inReference = new Set([...cells.indices].map((gene) => section.reference.geneNames[gene]));
    const counted = section.spatial.geneNames.filter((name) => inSection.has(name) && inReference.has(name));
    const keep = (count: number) => {
      const kept = counted.slice(0, count);
      return new Set([...Array(60).keys()].filter((gene) => !kept.includes(section.spatial.geneNames[gene])));
    };
    const run = (count: number) => deconvolve(sectionWith(keep(count), "zeroed"), section.reference, options);
    await expect(run(2)).rejects.toThrow(GeneMismatchError);
    await expect(run(2)).rejects.toThrow(/2 genes that both .*, for 3 cell types/);
    expect(codes(await run(11))).toEqual(expect.arrayContaining(["few-genes-per-type", "few-shared-genes"]));
    const enough = codes(await run(15));
    expect(enough).not.toContain("few-genes-per-type");
    expect(enough).not.toContain("few-shared-genes");
  });

  it("refuses a reference without a count in the shared genes", async () => {
    const all = new Set(cells.indices);
    const run = () => deconvolve(section.spatial, cellsWith(all, "zeroed"), options);
    await expect(run()).rejects.toThrow(/no count in any of 60 shared genes/);
  });
});

it("uniform shares are for the types that took part", async () => {
  const empty = withColumns(section.matrix, new Set(section.matrix.indices), "zeroed");
  const reference = withSilentType(section.reference);
  const spatial = { ...section.spatial, counts: memorySource(empty) };
  const uniform = await deconvolve(spatial, reference, { empty: "uniform" });
  expect([...(await proportionsOf(uniform)).subarray(0, 4)]).toEqual(
    [1 / 3, 0, 1 / 3, 1 / 3].map((share) => Math.fround(share)),
  );
  const none = await deconvolve(spatial, reference, { empty: "nan" });
  expect([...(await proportionsOf(none)).subarray(0, 4)]).toEqual(Array(4).fill(Number.NaN));
});

it("a type whose counts are all in genes that are not selected is 0 too", async () => {
  const { typeNames, geneNames, values } = {
    typeNames: ["A", "B", "C"],
    geneNames: section.spatial.geneNames,
    values: new Float64Array(180).map((_, i) => (i < 120 ? 1 + ((i * 7) % 13) : 0)),
  };
  const reference: ReferenceInput = { typeNames, geneNames, values };
  const settings = { genes: "selected", highlyVariableCount: 20, markersPerType: 0 } as const;
  const used = new Set(
    (await deconvolve(section.spatial, reference, settings)).parameters.genes_used as string[],
  );
  const rest = geneNames.findIndex((name) => !used.has(name));
  values[120 + rest] = 5;
  for (const method of METHOD_NAMES) {
    const result = await deconvolve(section.spatial, reference, { ...settings, method });
    expect(result.parameters.silent_types).toEqual(["C"]);
    const rows = await proportionsOf(result);
    for (let spot = 0; spot < 60; spot++) expect(rows[3 * spot + 2]).toBe(0);
  }
});

describe("types taken together without reading a count", () => {
  let summary: SectionSummary;
  let silent: string;
  let speaking: readonly string[];
  beforeAll(async () => {
    const { typeNames } = await deconvolve(
      section.spatial,
      withSilentType(section.reference),
      {},
      {
        onSummary: (kept) => {
          summary = kept;
        },
      },
    );
    speaking = typeNames.filter((_, k) => k !== 1);
    silent = typeNames[1];
  });

  it("leave a silent one as it is, and name it again", async () => {
    const result = await solveSummary(summary);
    expect(result.typeNames).toContain(silent);
    expect(messageOf(result, "silent-types")).toContain(silent);
  });

  it("drop a silent one", async () => {
    const result = await solveSummary(recombineTypes(summary, { drop: [silent] }));
    expect(result.typeNames).toEqual(speaking);
    expect(codes(result)).not.toContain("silent-types");
    expect(result.parameters.cell_counts).toEqual(Int32Array.of(12, 12, 12));
  });

  it("take a silent one into another, whose signature stays", async () => {
    const [first] = speaking;
    const merged = recombineTypes(summary, { merge: { Both: [first, silent] } });
    expect(merged.silentTypes).toEqual([]);
    const plain = recombineTypes(summary, { merge: { Both: [first] }, drop: [silent] });
    expect(merged.reference.gram).toEqual(plain.reference.gram);
    expect(merged.parameters.cell_counts).toEqual(Int32Array.of(16, 12, 12));
    expect(await proportionsOf(await solveSummary(merged))).toEqual(
      await proportionsOf(await solveSummary(plain)),
    );
  });

  it("rename a silent one, and refuse to leave only such", async () => {
    const renamed = recombineTypes(summary, { merge: { Quiet: [silent] } });
    expect(renamed.silentTypes).toEqual(["Quiet"]);
    expect(() => recombineTypes(summary, { drop: speaking })).toThrow(/one type with counts left/);
  });
});
