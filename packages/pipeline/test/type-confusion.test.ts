import { type CsrChunk, collect, memorySource } from "@flashdeconv/core";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import { goldenPath } from "../../../test/golden-data.js";
import { sharedData } from "../../../test/shared-data.js";
import { type CheckTypesInput, checkTypes } from "../src/check-types.js";
import type { CellReference } from "../src/contracts/inputs.js";
import { addHalfSums, buildHalfSums, finishHalfSums } from "../src/stages/reference/half-cells.js";
import { packCells, unpackCells } from "../src/stages/reference/pack-cells.js";
import { confusedPairs, confusionTable } from "../src/stages/types/judge-confusion.js";
import { judgeTypes } from "../src/stages/types/judge-types.js";
import { bestMarkers } from "../src/stages/types/markers.js";
import { proposeMerges } from "../src/stages/types/propose-merges.js";
import { mixCells } from "../src/tuning/types/mix-cells.js";

const TISSUE = simulateTissue({ spotCount: 300, geneCount: 300, typeCount: 6, depth: 600, cellsPerType: 40 });

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

/** The cells of a type by two names, at random. */
function withTwin(reference: CellReference, type: string): CellReference {
  const { codes, names } = reference.cellTypes;
  const split = codes.map((code, cell) =>
    names[code] === type && (Math.imul(cell + 1, 2654435761) >>> 13) % 2 === 0 ? names.length : code,
  );
  return { ...reference, cellTypes: { codes: split, names: [...names, "twin"] } };
}

async function judge(reference: CellReference, input: CheckTypesInput = {}) {
  const { confusion } = await checkTypes(reference, input);
  if (!confusion) throw new Error("nothing was judged");
  const { typeNames } = confusion;
  const verdicts = judgeTypes(confusion);
  const share = (a: string, b: string) => {
    const pairs = confusedPairs(confusionTable(confusion), 0);
    return (
      pairs.find((pair) => [a, b].every((name) => [pair.a, pair.b].includes(typeNames.indexOf(name))))
        ?.share ?? 0
    );
  };
  const found = (name: string) => verdicts.found[typeNames.indexOf(name)];
  const named = (pairs: typeof verdicts.confused) =>
    pairs.map(({ a, b }) => `${typeNames[a]}|${typeNames[b]}`);
  return {
    confusion,
    share,
    found,
    confused: named(verdicts.confused),
    often: named(verdicts.often),
    weak: verdicts.weak.map((k) => typeNames[k]),
  };
}

async function openSet(path: string) {
  const [reference, spatial] = await Promise.all(
    ["reference", "spatial"].map((name) => openStore(`${path}/${name}.zarr`)),
  );
  return { reference: await openReference(reference), spatial: await openSpatial(spatial) };
}

describe("halves of cells", () => {
  const { codes, names } = TISSUE.reference.cellTypes;
  const halvesOf = async (rowsPerChunk: number) => {
    const all = await collect(TISSUE.reference.counts);
    const fold = buildHalfSums(codes, names.length, all.width);
    for await (const chunk of memorySource(all, { spotsPerChunk: rowsPerChunk }).chunks())
      addHalfSums(fold, chunk, codes);
    return finishHalfSums(fold, codes, [...names.keys()]);
  };

  it("are the same for any chunks, and hold each cell once", async () => {
    const halves = await halvesOf(7);
    expect(halves).toEqual(await halvesOf(1000));
    const all = await collect(TISSUE.reference.counts);
    const total = sumOf(all.values);
    const summed = halves.sums.map((sums) => sums.reduce((sum, value) => sum + value, 0));
    expect(summed[0] + summed[1]).toBe(total);
    for (const k of names.keys()) {
      const ofType = [...halves.types.keys()].filter((cell) => halves.types[cell] === k);
      const first = ofType.filter((cell) => halves.halves[cell] === 0).length;
      expect([first, ofType.length]).toEqual([20, 40]);
    }
  });

  it("come back from what a checkpoint keeps", async () => {
    const halves = await halvesOf(50);
    const cells = { counts: halves.cells, types: halves.types };
    for (const kept of [{}, { halves }, { cells }, { halves, cells }])
      expect(unpackCells(packCells(kept), halves.geneCount)).toEqual(kept);
  });

  it("round what is not whole so that sums stay about the same, and scale deep cells down", () => {
    const cell = (values: number[]): CsrChunk => ({
      kind: "csr",
      spotStart: 0,
      spotCount: 1,
      width: values.length,
      indptr: Int32Array.of(0, values.length),
      indices: Int32Array.from(values.keys()),
      values: Float64Array.from(values),
    });
    const keep = (values: number[]) => {
      const fold = buildHalfSums(Int32Array.of(0), 1, values.length);
      addHalfSums(fold, cell(values), Int32Array.of(0));
      return finishHalfSums(fold, Int32Array.of(0), [0]).cells.values;
    };
    const rounded = keep(Array.from({ length: 400 }, () => 0.5));
    expect(rounded.every((value) => value === 1)).toBe(true);
    expect(rounded.length).toBeGreaterThan(150);
    expect(rounded.length).toBeLessThan(250);
    const total = sumOf(keep(Array.from({ length: 400 }, () => 10_000)));
    expect(total).toBeGreaterThan(4000);
    expect(total).toBeLessThan(4200);
  });
});

describe("mixed spots", () => {
  it("have the counts asked for, three types at most, and shares that sum to 1", async () => {
    const cells = await collect(TISSUE.reference.counts);
    const { codes, names } = TISSUE.reference.cellTypes;
    const cellsOf = names.map((_, k) => [...codes.keys()].filter((cell) => codes[cell] === k));
    const depths = Float64Array.from({ length: 60 }, (_, spot) => 20 + spot);
    const factors = new Float64Array(cells.width).fill(1);
    const { counts, truth } = mixCells({ cells, cellsOf, factors }, depths, 1);
    const appearances = new Int32Array(names.length);
    for (let spot = 0; spot < depths.length; spot++) {
      const own = counts.values.subarray(counts.indptr[spot], counts.indptr[spot + 1]);
      expect(sumOf(own)).toBe(depths[spot]);
      const shares = truth.subarray(spot * names.length, (spot + 1) * names.length);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(shares.filter((share) => share > 0).length).toBeLessThanOrEqual(3);
      for (const [k, share] of shares.entries()) if (share > 0) appearances[k]++;
    }
    expect(new Set(appearances)).toEqual(new Set([30]));
  });
});

describe("the regression of estimates on truths", () => {
  const stratum = (truths: number[], crossed: number[]) => ({
    least: 1,
    depth: 1,
    truths: Float64Array.from(truths),
    crossed: Float64Array.from(crossed),
  });
  const confusion = (crossed: number[]) => ({
    typeNames: ["a", "b", "c"],
    isJudged: [true, true, true],
    strata: [stratum([4, 1, 0, 1, 3, 0, 0, 0, 2], crossed)],
  });

  it("is the identity for estimates that are right, and half of each for types that nothing tells apart", () => {
    const right = confusionTable(confusion([4, 1, 0, 1, 3, 0, 0, 0, 2]));
    expect([...right.found].map((value) => Math.round(1e9 * value) / 1e9)).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
    const mixed = confusion([2.5, 2.5, 0, 2, 2, 0, 0, 0, 2]);
    expect(confusedPairs(confusionTable(mixed))).toEqual([{ a: 0, b: 1, share: expect.closeTo(0.5, 9) }]);
    const merged = confusionTable(mixed, Int32Array.of(0, 0, 1));
    expect(merged.found[0]).toBeCloseTo(1, 9);
    expect(proposeMerges(mixed)).toEqual({ "a or b": ["a", "b"] });
  });

  it("says nothing of types that were not tried", () => {
    const { found } = confusionTable({
      ...confusion([4, 1, 0, 1, 3, 0, 0, 0, 0]),
      isJudged: [true, true, false],
    });
    expect(found.slice(6).every(Number.isNaN)).toBe(true);
    expect(judgeTypes({ typeNames: ["a"], isJudged: [false], strata: [] }).found).toEqual([undefined]);
  });

  it("proposes names that no type has", () => {
    const mixed = { ...confusion([2.5, 2.5, 0, 2, 2, 0, 0, 0, 2]), typeNames: ["a", "b", "a or b"] };
    expect(proposeMerges(mixed)).toEqual({ "a or b (merged)": ["a", "b"] });
    expect(proposeMerges({ ...mixed, strata: [] }, [[0, 2]])).toEqual({ "a or a or b": ["a", "a or b"] });
  });
});

describe("markers", () => {
  it("are the genes with the greatest fold change over all other types", () => {
    const signature = {
      typeNames: ["a", "b", "c"],
      geneNames: ["x", "y", "z"],
      values: Float64Array.of(8, 1, 1, 1, 8, 1, 0, 0, 0),
    };
    const [a, b, c] = bestMarkers(signature);
    expect(a).toEqual({ gene: "x", foldChange: expect.closeTo(8, 2) });
    expect(b?.gene).toBe("y");
    expect(c).toBeUndefined();
    expect(bestMarkers({ ...signature, typeNames: ["a"], values: Float64Array.of(8, 1, 1) })).toEqual([
      undefined,
    ]);
  });
});

describe("types that cannot be told apart", () => {
  const reference: CellReference = TISSUE.reference;

  it("are found where one type has two labels, on a simulated section and without one", async () => {
    const type = reference.cellTypes.names[2];
    const readCoordinates = () => Promise.reject(new Error("nobody asks where spots lie"));
    const spatial = { counts: TISSUE.counts, geneNames: TISSUE.geneNames, readCoordinates };
    for (const input of [{ spatial }, { depth: 200 }, {}]) {
      const { confused, share } = await judge(withTwin(reference, type), input);
      expect(share(type, "twin")).toBeGreaterThan(0.4);
      expect(confused).toHaveLength(1);
    }
  });

  it("are more of them at less depth, and none where nothing is alike", async () => {
    const deep = await judge(reference, { depth: 1000 });
    const shallow = await judge(reference, { depth: 4 });
    expect(deep.confused).toEqual([]);
    for (const name of reference.cellTypes.names) {
      expect(shallow.found(name)).toBeLessThan(deep.found(name) as number);
    }
  });

  it("are not judged with one cell", async () => {
    const { codes, names } = reference.cellTypes;
    let isFirst = true;
    const lonely = codes.map((code) => {
      if (code !== 0) return code;
      const isKept = isFirst;
      isFirst = false;
      return isKept ? 0 : -1;
    });
    const { confusion, found } = await judge({ ...reference, cellTypes: { codes: lonely, names } });
    expect(confusion.isJudged[confusion.typeNames.indexOf(names[0])]).toBe(false);
    expect(found(names[0])).toBeUndefined();
    expect(found(names[1])).toBeGreaterThan(0.8);
  });

  it("are found in the golden section", async () => {
    const { reference, spatial } = await openSet(goldenPath(""));
    expect((await judge(reference, { spatial })).confused).toEqual([]);
    for (const type of ["Astrocyte", "Neuron"]) {
      const { confused, share } = await judge(withTwin(reference, type), { spatial });
      expect(share(type, "twin")).toBeGreaterThan(0.4);
      expect(confused).toHaveLength(1);
    }
  });

  const real = (name: string) => sharedData(`real/${name}`);
  it.skipIf(!real("starmap-cortex"))(
    "are found in starmap-cortex (skipped without ../shared/data)",
    async () => {
      const { reference, spatial } = await openSet(real("starmap-cortex") as string);
      expect((await judge(reference, { spatial })).confused).toEqual([]);
      for (const type of ["Astro", "eL6"]) {
        const { confused, share } = await judge(withTwin(reference, type), { spatial });
        expect(share(type, "twin")).toBeGreaterThan(0.4);
        expect(confused).toHaveLength(1);
      }
    },
  );

  it.skipIf(!real("merfish-hypothalamus-50um"))(
    "are found in merfish-hypothalamus-50um (skipped without ../shared/data)",
    async () => {
      const { reference, spatial } = await openSet(real("merfish-hypothalamus-50um") as string);
      const own = await judge(reference, { spatial });
      expect(own.confused).toEqual(["OD Mature 2|OD Mature 3", "OD Mature 1|OD Mature 2"]);
      for (const type of ["Inhibitory", "Microglia"]) {
        // The type has kinds of its own.
        const { share } = await judge(withTwin(reference, type), { spatial });
        expect(share(type, "twin")).toBeGreaterThan(0.35);
      }
    },
  );

  it.skipIf(!real("pdac"))(
    "are found in pdac, with types that are weak (skipped without ../shared/data)",
    async () => {
      const { reference, spatial } = await openSet(real("pdac") as string);
      const { confused, weak, found } = await judge(reference, { spatial });
      expect(confused).toEqual(["mDCs_A|mDCs_B", "Macrophages_A|Macrophages_B"]);
      expect(weak).toEqual(["Endocrine_cells", "mDCs_A"]);
      for (const name of ["Endothelial_cells", "Fibroblasts", "pDCs"]) expect(found(name)).toBeLessThan(0.5);
    },
  );
});
