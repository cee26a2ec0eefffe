import { collect } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { openReference, openSpatial, readColumn, readDataframe, readObsm } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { strings, tinyAnnData, writeDataframe } from "./read-tiny-anndata.js";
import { TinyZarr } from "./read-tiny-zarr.js";

const ROWS = [[1], [2], [3]];
const FORMATS = [2, 3] as const;

function categorical(zarr: TinyZarr, path: string, codes: number[], categories: string[], ordered = false) {
  const attributes = { "encoding-type": "categorical", "encoding-version": "0.2.0", ordered };
  zarr.group(path, attributes);
  zarr.array(`${path}/codes`, { type: "int8", shape: [codes.length], chunks: [2], values: codes });
  strings(zarr, `${path}/categories`, categories);
}

function nullable(
  zarr: TinyZarr,
  path: string,
  kind: string,
  array: Parameters<TinyZarr["array"]>[1],
  mask: number[],
) {
  zarr.group(path, { "encoding-type": kind, "encoding-version": "0.1.0" });
  zarr.array(`${path}/values`, array);
  zarr.array(`${path}/mask`, { type: "bool", shape: [mask.length], values: mask });
}

describe("columns", () => {
  it.each(FORMATS)("of every encoding (Zarr v%i)", async (format) => {
    const zarr = new TinyZarr(format);
    zarr.group("");
    const names = ["cat", "integer", "boolean", "text", "nullable", "flag", "maybe"];
    writeDataframe(zarr, "obs", ["a", "b", "c"], names);
    categorical(zarr, "obs/cat", [1, -1, 0], ["x", "y"], true);
    zarr.array("obs/integer", { type: "int64", shape: [3], values: [1, -2, 3] });
    zarr.array("obs/boolean", { type: "bool", shape: [3], values: [1, 0, 1] });
    strings(zarr, "obs/text", ["ä", "", "😀"], 2);
    nullable(
      zarr,
      "obs/nullable",
      "nullable-integer",
      { type: "int32", shape: [3], values: [4, 5, 6] },
      [0, 1, 0],
    );
    nullable(
      zarr,
      "obs/flag",
      "nullable-boolean",
      { type: "bool", shape: [3], values: [1, 1, 0] },
      [0, 1, 0],
    );
    const texts = { type: "string" as const, shape: [3], values: ["p", "q", "r"] };
    nullable(zarr, "obs/maybe", "nullable-string-array", texts, [0, 0, 1]);

    const { rowNames, columns } = await readDataframe(zarr, "obs");
    expect(rowNames).toEqual(["a", "b", "c"]);
    expect(Object.fromEntries(columns)).toEqual({
      cat: { kind: "categorical", codes: Int32Array.of(1, -1, 0), categories: ["x", "y"], ordered: true },
      integer: { kind: "number", values: Float64Array.of(1, -2, 3) },
      boolean: { kind: "boolean", values: Int8Array.of(1, 0, 1) },
      text: { kind: "string", values: ["ä", "", "😀"] },
      nullable: { kind: "number", values: Float64Array.of(4, Number.NaN, 6) },
      flag: { kind: "boolean", values: Int8Array.of(1, -1, 0) },
      maybe: { kind: "string", values: ["p", "q", undefined] },
    });
    expect(await readColumn(zarr, "obs/cat")).toEqual(columns.get("cat"));
  });

  it("of legacy stores, whose categories lie apart", async () => {
    const zarr = new TinyZarr(2);
    zarr.group("");
    writeDataframe(zarr, "obs", ["a", "b"], ["cat"]);
    const attributes = { categories: "__categories/cat" };
    zarr.array("obs/cat", { type: "int8", shape: [2], values: [1, -1], attributes });
    zarr.group("obs/__categories");
    zarr.array("obs/__categories/cat", {
      type: "string",
      shape: [2],
      values: ["x", "y"],
      attributes: { ordered: true },
    });
    expect(await readColumn(zarr, "obs/cat")).toEqual({
      kind: "categorical",
      codes: Int32Array.of(1, -1),
      categories: ["x", "y"],
      ordered: true,
    });
  });

  it("with a slash in the name, as cell types have", async () => {
    const zarr = new TinyZarr(2);
    zarr.group("");
    writeDataframe(zarr, "obsm/truth", ["a"], ["eL2/3", "B"]);
    zarr.array("obsm/truth/eL2/3", { type: "float64", shape: [1], values: [0.25] });
    zarr.array("obsm/truth/B", { type: "float64", shape: [1], values: [0.75] });
    const { columnNames, values } = await readObsm(zarr, "truth");
    expect(columnNames).toEqual(["eL2/3", "B"]);
    expect([...(await collect(values)).values]).toEqual([0.25, 0.75]);
    expect(await readColumn(zarr, "obsm/truth/eL2/3")).toEqual({
      kind: "number",
      values: Float64Array.of(0.25),
    });
  });

  it("with signs in the name that mean something in a URL", async () => {
    for (const format of FORMATS) {
      for (const name of ["50%", "a%20b", "#1?", "ü é", "a+b&c=d", "T cell; CD4"]) {
        const zarr = new TinyZarr(format);
        zarr.group("");
        writeDataframe(zarr, "obs", ["a", "b", "c"], [name]);
        zarr.array(`obs/${name}`, { type: "float32", shape: [3], chunks: [2], values: [1, 2, 3] });
        expect(await readColumn(zarr, `obs/${name}`)).toEqual({
          kind: "number",
          values: Float64Array.of(1, 2, 3),
        });
      }
    }
  });

  it("with codes beyond the categories, or of two lengths, are refused", async () => {
    const zarr = new TinyZarr(2);
    zarr.group("");
    writeDataframe(zarr, "obs", ["a", "b"], ["cat"]);
    categorical(zarr, "obs/cat", [0, 2], ["x", "y"]);
    await expect(readColumn(zarr, "obs/cat")).rejects.toMatchObject({
      tag: "FormatError",
      path: "obs/cat/codes",
    });
    zarr.array("obs/cat", { type: "int8", shape: [3], values: [1, 2, 3] });
    zarr.files.delete("obs/cat/.zgroup");
    await expect(readDataframe(zarr, "obs")).rejects.toMatchObject({
      tag: "ShapeError",
      found: "3 values for 2 rows",
    });
  });
});

describe("names", () => {
  it("may be nullable strings, categories or numbers", async () => {
    const texts = { type: "string" as const, shape: [3], chunks: [2], values: ["p", "q", "r"] };
    const writers: [(zarr: TinyZarr) => void, string[]][] = [
      [(zarr) => nullable(zarr, "obs/_index", "nullable-string-array", texts, [0, 0, 0]), ["p", "q", "r"]],
      [(zarr) => categorical(zarr, "obs/_index", [1, 0, 1], ["x", "y"]), ["y", "x", "y"]],
      [(zarr) => zarr.array("obs/_index", { type: "int64", shape: [3], values: [7, 8, 9] }), ["7", "8", "9"]],
    ];
    for (const [write, expected] of writers) {
      const zarr = tinyAnnData(ROWS);
      for (const key of zarr.files.keys()) if (key.startsWith("obs/_index")) zarr.files.delete(key);
      write(zarr);
      const dataset = await openSpatial(zarr);
      expect(await Promise.all([0, 1, 2].map((spot) => dataset.readSpotName(spot)))).toEqual(expected);
    }
  });

  it("may be of fixed length, in Unicode or bytes, in either byte order", async () => {
    const bytes = (text: string, width: number) =>
      [...text.padEnd(width, "\0")].map((c) => c.codePointAt(0) ?? 0);
    const unicode = ["ab", "Ωµ", "c"].flatMap((text) => bytes(text, 3));
    const bigEndian = new DataView(new ArrayBuffer(36));
    unicode.forEach((code, i) => {
      bigEndian.setUint32(4 * i, code);
    });
    const kinds: [string, Uint8Array, string[]][] = [
      ["<U3", new Uint8Array(Uint32Array.from(unicode).buffer), ["ab", "Ωµ", "c"]],
      [">U3", new Uint8Array(bigEndian.buffer), ["ab", "Ωµ", "c"]],
      ["|S3", Uint8Array.from(["ab", "cde", "f"].flatMap((text) => bytes(text, 3))), ["ab", "cde", "f"]],
    ];
    for (const [dtype, chunk, expected] of kinds) {
      const zarr = tinyAnnData(ROWS);
      const document = JSON.parse(new TextDecoder().decode(zarr.files.get("obs/_index/.zarray")));
      zarr.json("obs/_index/.zarray", { ...document, dtype, filters: null });
      zarr.files.set("obs/_index/0", chunk);
      expect((await readDataframe(zarr, "obs")).rowNames).toEqual(expected);
    }
    const zarr = tinyAnnData(ROWS, { format: 3 });
    const document = JSON.parse(new TextDecoder().decode(zarr.files.get("obs/_index/zarr.json")));
    const data_type = { name: "fixed_length_utf32", configuration: { length_bytes: 12 } };
    zarr.json("obs/_index/zarr.json", { ...document, data_type, codecs: [{ name: "bytes" }] });
    zarr.files.set("obs/_index/c/0", new Uint8Array(Uint32Array.from(unicode).buffer));
    expect((await readDataframe(zarr, "obs")).rowNames).toEqual(["ab", "Ωµ", "c"]);
  });
});

describe("cell types", () => {
  it("ascend by code point, without those that have no cell; a missing label has the code -1", async () => {
    const zarr = tinyAnnData([[1], [1], [1], [1]], { labels: ["", "", "", ""] });
    for (const key of zarr.files.keys()) if (key.startsWith("obs/cell_type")) zarr.files.delete(key);
    categorical(zarr, "obs/cell_type", [2, -1, 0, 2], ["b", "unused", "Z"]);
    const { cellTypes } = await openReference(zarr);
    expect(cellTypes).toEqual({ names: ["Z", "b"], codes: Int32Array.of(0, -1, 1, 0) });
  });

  it("may lie in a column that obs does not list", async () => {
    const zarr = tinyAnnData(ROWS, { labels: ["a", "b", "a"] });
    writeDataframe(zarr, "obs", ["p", "q", "r"]);
    expect((await openReference(zarr)).cellTypes.names).toEqual(["a", "b"]);
  });

  it("may be strings or numbers; an empty string is not a label", async () => {
    const text = await openReference(tinyAnnData(ROWS, { labels: ["T", "", "B"] }));
    expect(text.cellTypes).toEqual({ names: ["B", "T"], codes: Int32Array.of(1, -1, 0) });
    const zarr = tinyAnnData(ROWS, { labels: ["", "", ""] });
    zarr.array("obs/cell_type", { type: "int32", shape: [3], values: [3, 1, 3] });
    expect((await openReference(zarr)).cellTypes).toEqual({
      names: ["1", "3"],
      codes: Int32Array.of(1, 0, 1),
    });
  });
});

describe("tables in obsm", () => {
  it("keep the source contract, as arrays and as dataframes", async () => {
    for (const format of FORMATS) {
      const zarr = tinyAnnData(ROWS, { format });
      const values = [1, 2, 3, 4, 5, 6];
      zarr.array("obsm/array", { type: "int64", shape: [3, 2], chunks: [2, 1], values });
      writeDataframe(zarr, "obsm/frame", ["a", "b", "c"], ["odd", "even"]);
      zarr.array("obsm/frame/odd", { type: "float32", shape: [3], chunks: [2], values: [1, 3, 5] });
      zarr.array("obsm/frame/even", { type: "uint8", shape: [3], values: [2, 4, 6] });
      for (const [key, columnNames] of [
        ["array", undefined],
        ["frame", ["odd", "even"]],
      ] as const) {
        const table = await readObsm(zarr, key);
        expect(table.columnNames).toEqual(columnNames);
        expect(await collect(table.values)).toMatchObject({ width: 2, values: Float64Array.from(values) });
        await checkSource(table.values);
      }
    }
  });

  it("of something else are refused", async () => {
    const zarr = tinyAnnData(ROWS);
    writeDataframe(zarr, "obsm/frame", ["a", "b", "c"], ["odd", "even"]);
    zarr.array("obsm/frame/odd", { type: "float32", shape: [3], values: [1, 3, 5] });
    strings(zarr, "obsm/frame/even", ["a", "b", "c"]);
    await expect(readObsm(zarr, "frame")).rejects.toMatchObject({
      tag: "FormatError",
      path: "obsm/frame/even",
    });
    zarr.array("obsm/frame/even", { type: "float32", shape: [2], values: [1, 3] });
    await expect(readObsm(zarr, "frame")).rejects.toMatchObject({ tag: "ShapeError" });
  });
});
