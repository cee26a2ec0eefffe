import { collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { addToAnnData, openReference, openSpatial, readColumn, readRowNames } from "../src/index.js";
import { strings, tinyAnnData } from "./read-tiny-anndata.js";
import type { TinyType, TinyZarr } from "./read-tiny-zarr.js";

const ROWS = [
  [0, 3, 0],
  [1, 0, 2],
  [0, 0, 0],
  [5, 4, 0],
];
const INDEX_TYPES: TinyType[] = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"];
const OFFSET_TYPES: TinyType[] = ["int32", "uint32", "int64", "uint64"];

/** Names as anndata stores pandas 3's strings: values, a mask, and perhaps what stands for a missing one. */
function nullableStrings(
  zarr: TinyZarr,
  path: string,
  values: readonly string[],
  missing: number[] = [],
): void {
  for (const key of [...zarr.files.keys()]) if (key.startsWith(`${path}/`)) zarr.files.delete(key);
  zarr.group(path, {
    "encoding-type": "nullable-string-array",
    "encoding-version": "0.1.0",
    "na-value": "NaN",
  });
  strings(zarr, `${path}/values`, values, 2);
  const mask = values.map((_, i) => Number(missing.includes(i)));
  zarr.array(`${path}/mask`, { type: "bool", shape: [values.length], values: mask });
}

describe.each([2, 3] as const)("Zarr v%i", (format) => {
  it.each(["csr", "csc"] as const)(
    "%s: indices of every width with offsets of 32 and 64 bits",
    async (encoding) => {
      for (const indexType of INDEX_TYPES) {
        for (const offsetType of OFFSET_TYPES) {
          const zarr = tinyAnnData(ROWS, { format, encoding, indexType, chunkLength: 2 });
          const offsets = encoding === "csr" ? [0, 1, 3, 3, 5] : [0, 2, 4, 5];
          zarr.array("X/indptr", { type: offsetType, shape: [offsets.length], chunks: [2], values: offsets });
          const { counts } = await openSpatial(zarr);
          const { indices, indptr, values } = await collect(counts);
          expect([[...indptr], [...indices], [...values]]).toEqual([
            [0, 1, 3, 3, 5],
            [1, 0, 2, 0, 1],
            [3, 1, 2, 5, 4],
          ]);
          await checkSource(counts);
        }
      }
    },
  );

  it("offsets beyond what is there are refused, however wide", async () => {
    for (const type of ["int64", "uint64"] as const) {
      const zarr = tinyAnnData(ROWS, { format });
      zarr.array("X/indptr", { type, shape: [5], values: [0, 1, 3, 3, 2 ** 32 + 5] });
      const failure = openSpatial(zarr).then(({ counts }) => collect(counts));
      await expect(failure).rejects.toMatchObject({ tag: "FormatError", path: "X/indptr" });
    }
  });

  it("names of spots and genes may be nullable strings, for reading and for writing back", async () => {
    const zarr = tinyAnnData(ROWS, { format });
    nullableStrings(zarr, "obs/_index", ["ä", "b", "c", "d"]);
    nullableStrings(zarr, "var/_index", ["Actb", "Gapdh", "Malat1"]);
    const section = await openSpatial(zarr);
    expect(section.geneNames).toEqual(["Actb", "Gapdh", "Malat1"]);
    expect([await section.readSpotName(0), await section.readSpotName(3)]).toEqual(["ä", "d"]);

    const store = memoryStore();
    for (const [key, bytes] of zarr.files) await store.set(`/${key}`, bytes);
    await store.commit();
    const codes = Int8Array.of(0, 0, 1, -1);
    const values = Float32Array.of(1, 2, 3, 4);
    const table = memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount: 4, width: 1, values });
    await addToAnnData(store, {
      spotNames: (await openSpatial(store)).spotNames(),
      obs: [{ kind: "categorical", name: "type", codes, categories: ["x", "y"] }],
      obsm: { table: { values: table, columnNames: ["x"] } },
    });
    expect(await readRowNames(store)).toEqual(["ä", "b", "c", "d"]);
    expect(await readRowNames(store, "obsm/table")).toEqual(["ä", "b", "c", "d"]);
    expect(await readColumn(store, "obs/type")).toMatchObject({ codes: Int32Array.from(codes) });
  });

  it("labels may be nullable strings, categories of them, or have unsigned codes", async () => {
    const zarr = tinyAnnData(ROWS, { format, labels: ["B", "T", "T", "B"] });
    nullableStrings(zarr, "obs/cell_type", ["B", "T", "T", "B"], [2]);
    const plain = (await openReference(zarr)).cellTypes;
    expect([plain.names, [...plain.codes]]).toEqual([
      ["B", "T"],
      [0, 1, -1, 0],
    ]);

    for (const key of [...zarr.files.keys()]) if (key.startsWith("obs/cell_type/")) zarr.files.delete(key);
    zarr.group("obs/cell_type", {
      "encoding-type": "categorical",
      "encoding-version": "0.2.0",
      ordered: false,
    });
    nullableStrings(zarr, "obs/cell_type/categories", ["B", "T"]);
    for (const type of ["uint8", "int64", "uint16"] as const) {
      zarr.array("obs/cell_type/codes", { type, shape: [4], values: [1, 0, 0, 1] });
      const { names, codes } = (await openReference(zarr)).cellTypes;
      expect(Array.from(codes, (code) => names[code])).toEqual(["T", "B", "B", "T"]);
    }
  });
});
