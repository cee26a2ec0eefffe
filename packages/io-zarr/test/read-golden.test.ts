import { readFileSync } from "node:fs";
import { collect } from "@flashdeconv/core";
import { compareCodePoints } from "@flashdeconv/core/internal";
import { checkSource } from "@flashdeconv/core/testing";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { readNpy } from "../../../test/read-npy.js";
import { sharedData } from "../../../test/shared-data.js";

const golden = sharedData("golden");

describe.skipIf(!golden)("golden stores (skipped where ../shared/data/golden is absent)", () => {
  const open = async (name: string) => openSpatial(await openStore(`${golden}/${name}`));

  it("hold the same counts as CSR, CSC and dense", async () => {
    const csr = await collect((await open("spatial.zarr")).counts);
    expect(csr.values).toHaveLength(322_462);
    expect(csr.values).toBeInstanceOf(Float32Array);
    for (const name of ["spatial-csc.zarr", "spatial-dense.zarr"]) {
      expect(await collect((await open(name)).counts)).toEqual(csr);
    }
    // Rows without a count, by the description of the data.
    for (const row of [17, 444]) expect(csr.indptr[row + 1]).toBe(csr.indptr[row]);
  });

  it("are sources that keep the contract", async () => {
    for (const name of ["spatial.zarr", "spatial-csc.zarr", "spatial-dense.zarr"]) {
      await checkSource((await open(name)).counts);
    }
    // A budget that a quarter of the entries fills.
    const store = await openStore(`${golden}/spatial-csc.zarr`);
    const { counts } = await openSpatial(store, { maxTransposeBytes: 2 ** 20, maxChunkBytes: 2 ** 18 });
    expect(await collect(counts)).toEqual(await collect((await open("spatial.zarr")).counts));
  });

  it("have names and coordinates", async () => {
    const dataset = await open("spatial.zarr");
    expect([dataset.spotCount, dataset.geneNames.length]).toEqual([900, 1500]);
    expect(await dataset.readSpotName(17)).toBe("AAAC00017-1");
    const { dimension, values } = await dataset.readCoordinates();
    expect([dimension, values.length]).toEqual([2, 1800]);
    const truth = readFileSync(`${golden}/truth.csv`, "utf8").split("\n");
    expect(truth[901 - 1].split(",")[0]).toBe(await dataset.readSpotName(899));
  });

  it("give the mean counts that the reference method gives for each type", async () => {
    const reference = await openReference(await openStore(`${golden}/reference.zarr`));
    const { cellTypes, geneNames } = reference;
    expect(cellTypes.names).toHaveLength(7);
    expect([...cellTypes.names].sort(compareCodePoints)).toEqual(cellTypes.names);
    const common: string[] = JSON.parse(readFileSync(`${golden}/expected/common_genes.json`, "utf8"));
    const expected = readNpy(`${golden}/expected/signature.npy`);

    const { indptr, indices, values } = await collect(reference.counts);
    const sums = new Float64Array(7 * geneNames.length);
    const cells = new Float64Array(7);
    for (let cell = 0; cell < reference.cellCount; cell++) {
      const type = cellTypes.codes[cell];
      cells[type]++;
      for (let i = indptr[cell]; i < indptr[cell + 1]; i++)
        sums[type * geneNames.length + indices[i]] += values[i];
    }
    const column = new Map(geneNames.map((name, gene) => [name, gene]));
    for (let type = 0; type < 7; type++) {
      for (const [g, name] of common.entries()) {
        const mean = sums[type * geneNames.length + (column.get(name) ?? -1)] / cells[type];
        expect(mean).toBeCloseTo(expected.values[type * common.length + g], 9);
      }
    }
  });
});
