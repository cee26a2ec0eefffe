import { readFile } from "node:fs/promises";
import { type CsrChunk, collect } from "@flashdeconv/core";
import { openSpatial, readColumn, ZARR } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { openLocation, registerFileOpeners, registerOpeners, webOpeners } from "@flashdeconv/stores";
import { beforeAll, describe, expect, it } from "vitest";
import { hdf5Store } from "../src/index.js";
import { hdf5Opener } from "../src/opener.js";
import { fixture, fixturePath } from "./h5-tools.js";

/** The counts that the fixtures were made with. */
function expectedCounts(spots: number, genes: number): number[][] {
  return Array.from({ length: spots }, (_, row) =>
    Array.from({ length: genes }, (_, column) =>
      (row * 7 + column * 3) % 5 === 0 ? 1 + ((row + column) % 9) : 0,
    ),
  );
}

function rowsOf({ indptr, indices, values, spotCount, width }: CsrChunk): number[][] {
  return Array.from({ length: spotCount }, (_, row) => {
    const dense = new Array<number>(width).fill(0);
    for (let i = indptr[row]; i < indptr[row + 1]; i++) dense[indices[i]] = values[i];
    return dense;
  });
}

beforeAll(() => registerFileOpeners({ h5: hdf5Opener }));

describe("an h5ad file", () => {
  it.each([
    ["section.h5ad", 30, 40, [5, 4]],
    ["section-gzip.h5ad", 12, 20, [5, 1]],
  ] as const)("%s opens as a store of its tree", async (name, spots, genes, last) => {
    const store = await hdf5Store(await fixture(name), { name });
    expect(await store.list("/obs")).toEqual(["_index", "depth", "is_edge", "region"]);
    expect(await store.get("/obs/.zgroup")).toBeDefined();
    expect(await store.get("/obs/depth/.zgroup")).toBeUndefined();
    expect(await store.get("/zarr.json")).toBeUndefined();
    const section = await openSpatial(store);
    expect(rowsOf((await collect(section.counts)) as CsrChunk)).toEqual(expectedCounts(spots, genes));
    expect(section.geneNames.slice(0, 2)).toEqual(["Gené0", "Gené1"]);
    expect(await section.readSpotName(spots - 1)).toBe(`spot-${spots - 1}`);
    expect((await section.readCoordinates()).values.slice(-2)).toEqual(Float64Array.from(last));
    expect(section.matrix.isCompressed).toBe(true);
    expect(await readColumn(store, "obs/region")).toMatchObject({ categories: ["core", "rim"] });
    const edges = await readColumn(store, "obs/is_edge");
    expect(edges.kind === "boolean" && [...edges.values].slice(0, 4)).toEqual([1, 0, 0, 1]);
    expect((await readColumn(store, "obs/depth")).kind).toBe("number");
  });

  it("is opened by its first bytes at a path, a location and in a page", async () => {
    const path = fixturePath("section-gzip.h5ad");
    const byPath = await openStore(path);
    expect((await openSpatial(byPath)).spotCount).toBe(12);
    expect(Object.values((await byPath.fingerprint?.()) ?? {})).toEqual([
      expect.stringMatching(/a file, 4\d{4} bytes/),
    ]);
    await byPath.close();
    const location = { opener: "h5", file: { opener: "path", path } };
    const byLocation = await openLocation(location);
    expect((await openSpatial(byLocation)).spotCount).toBe(12);
    await byLocation.close();
    registerOpeners({ blob: webOpeners(ZARR).blob });
    const blob = new Blob([new Uint8Array(await readFile(path))]);
    const picked = await openLocation({ opener: "blob", blob, name: "picked" } as { opener: string });
    expect((await openSpatial(picked)).spotCount).toBe(12);
  });

  it("hands over where its chunks lie", async () => {
    const reader = await fixture("section-gzip.h5ad");
    const first = await hdf5Store(reader);
    expect(first.index()).toEqual({});
    await first.readIndex(["X/data", "X/indices", "obs"]);
    const index = structuredClone(first.index());
    expect(Object.keys(index)).toEqual(["X/data", "X/indices"]);
    const plain = await hdf5Store(reader);
    const before = reader.reads();
    const values = await plain.get("/X/data/0");
    const walked = reader.reads() - before;
    const given = await hdf5Store(reader, { index });
    const start = reader.reads();
    expect(await given.get("/X/data/0")).toEqual(values);
    expect(reader.reads() - start).toBeLessThan(walked);
  });
});

describe("a file that is none of HDF5", () => {
  it("is refused, and so is one that was cut short", async () => {
    const file = await fixture("section.h5ad");
    const length = await file.getLength();
    const cut = { getLength: async () => length - 1, read: file.read };
    await expect(hdf5Store(cut, { name: "cut.h5ad" })).rejects.toThrow(
      /cut\.h5ad: found .* bytes, expected .* cut short/,
    );
    const text = {
      getLength: async () => 600,
      read: async (_: number, size: number) => new Uint8Array(size),
    };
    await expect(hdf5Store(text, { name: "x" })).rejects.toThrow("without the signature of HDF5");
  });
});
