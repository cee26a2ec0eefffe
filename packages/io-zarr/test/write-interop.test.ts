import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnnDataContents, addToAnnData, type WriteOptions, writeAnnData } from "../src/index.js";
import { createStore, editStore } from "../src/node.js";
import type { AnnDataEdits } from "../src/write/add-to-anndata.js";

const PYTHON = "/usr/bin/python3";
const hasAnndata = spawnSync(PYTHON, ["-c", "import anndata, zarr"]).status === 0;
const hasZstd = "zstdCompressSync" in zlib;
const script = fileURLToPath(new URL("interop/read-results.py", import.meta.url));

const spotNames = ["AAAC-1", "β-2", "c"];
const dense = (width: number, values: Float64Array | Float32Array) =>
  memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount: 3, width, values });
const contents: AnnDataContents = {
  spotCount: 3,
  spotNames,
  geneNames: ["Actb", "Gapdh"],
  X: memorySource({
    kind: "csr",
    spotStart: 0,
    spotCount: 3,
    width: 2,
    indptr: Int32Array.of(0, 1, 1, 3),
    indices: Int32Array.of(1, 0, 1),
    values: Float32Array.of(5, 1, 2),
  }),
  obs: [
    { kind: "categorical", name: "dominant", codes: Int32Array.of(1, -1, 0), categories: ["B", "eL2/3"] },
    {
      kind: "categorical",
      name: "level",
      codes: Int8Array.of(0, 0, 1),
      categories: ["low", "high"],
      ordered: true,
    },
    { kind: "string", name: "text", values: ["p", "", "ü"] },
    { kind: "boolean", name: "flag", values: Uint8Array.of(1, 0, 1) },
    { kind: "number", name: "depth", values: Int32Array.of(5, 0, 3) },
  ],
  obsm: {
    proportions: {
      values: dense(3, Float64Array.of(0.5, 0.25, 0.25, 0, 0, 1, 1, 0, 0)),
      columnNames: ["eL2/3", "B", "eL2/5"],
    },
    spatial: { values: dense(2, Float32Array.of(0, 1, 2, 3, 4, 5)) },
    nothing: { values: dense(0, new Float64Array(0)), columnNames: [] },
  },
  uns: {
    params: {
      lambda: 5000,
      rho: 0.01,
      solver: "bcd",
      empty: "",
      converged: true,
      genes: ["Actb"],
      none: null,
    },
    history: Float64Array.of(3, 2.5),
    counts: Int32Array.of(1, 2),
    no_genes: [],
  },
};
const written = {
  X: {
    kind: "csr_matrix",
    shape: [3, 2],
    data: { dtype: "float32", values: [5, 1, 2] },
    indices: [1, 0, 1],
    indptr: [0, 1, 1, 3],
  },
  var: { index: ["Actb", "Gapdh"], order: [], columns: {} },
  obs: {
    index: spotNames,
    order: ["dominant", "level", "text", "flag", "depth"],
    columns: {
      dominant: { values: ["eL2/3", null, "B"], categories: ["B", "eL2/3"], ordered: false },
      level: { values: ["low", "low", "high"], categories: ["low", "high"], ordered: true },
      text: { dtype: "object", values: ["p", "", "ü"] },
      flag: { dtype: "bool", values: [true, false, true] },
      depth: { dtype: "int32", values: [5, 0, 3] },
    },
  },
  obsm: {
    proportions: {
      index: spotNames,
      order: ["eL2_3", "B", "eL2_5"],
      columns: {
        eL2_3: { dtype: "float64", values: [0.5, 0, 1] },
        B: { dtype: "float64", values: [0.25, 0, 0] },
        eL2_5: { dtype: "float64", values: [0.25, 1, 0] },
      },
    },
    spatial: {
      dtype: "float32",
      values: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    },
    nothing: { index: spotNames, order: [], columns: {} },
  },
  uns: {
    params: {
      lambda: { dtype: "float64", value: 5000 },
      rho: { dtype: "float64", value: 0.01 },
      solver: "bcd",
      empty: "",
      converged: { dtype: "bool", value: true },
      genes: { dtype: "object", values: ["Actb"] },
    },
    history: { dtype: "float64", values: [3, 2.5] },
    counts: { dtype: "int32", values: [1, 2] },
    no_genes: { dtype: "object", values: [] },
  },
};

const edits: AnnDataEdits = {
  spotNames,
  obs: [
    { kind: "categorical", name: "dominant", codes: Int32Array.of(0, 0, -1), categories: ["T"] },
    { kind: "number", name: "share/T", values: Float64Array.of(1, Number.MIN_VALUE, 0.1) },
  ],
  obsm: { proportions: { values: dense(1, Float64Array.of(1, 2, 3)), columnNames: ["T"] } },
  uns: { params: { lambda: 0.5 } },
};
const changed = {
  ...written,
  obs: {
    ...written.obs,
    order: [...written.obs.order, "share_T"],
    columns: {
      ...written.obs.columns,
      dominant: { values: ["T", "T", null], categories: ["T"], ordered: false },
      share_T: { dtype: "float64", values: [1, Number.MIN_VALUE, 0.1] },
    },
  },
  obsm: {
    ...written.obsm,
    proportions: {
      index: spotNames,
      order: ["T"],
      columns: { T: { dtype: "float64", values: [1, 2, 3] } },
    },
  },
  uns: { ...written.uns, params: { lambda: { dtype: "float64", value: 0.5 } } },
};
const noSpots: AnnDataContents = {
  spotCount: 0,
  spotNames: [],
  geneNames: ["g"],
  obs: [{ kind: "categorical", name: "c", codes: new Int32Array(0), categories: [] }],
};
const emptyFrame = { index: [], order: [], columns: {} };

describe.skipIf(!hasAnndata)(
  "Python anndata (skipped where /usr/bin/python3 cannot import anndata and zarr)",
  () => {
    let folder: string;
    const results = new Map<string, unknown>();
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "flashdeconv-test-"));
      const path = (name: string) => join(folder, `${name}.zarr`);
      const write = async (name: string, what: AnnDataContents, options?: WriteOptions) =>
        writeAnnData(await createStore(path(name)), what, options);
      await write("one chunk", contents);
      await write("many chunks", contents, { spotsPerChunk: 2, valuesPerChunk: 2 });
      await write("no compression", contents, { compressor: "none" });
      await write("zstd", contents, { compressor: hasZstd ? "zstd" : "gzip" });
      await write("no genes", { ...contents, geneNames: [], X: undefined });
      await write("no spots", noSpots);
      await write("changed", contents);
      await addToAnnData(await editStore(path("changed")), edits);

      // One start of Python for all: it takes longer than the reading.
      const names = ["one chunk", "many chunks", "no compression", "zstd", "no genes", "no spots", "changed"];
      const printed = execFileSync(PYTHON, ["-W", "ignore", script, ...names.map(path)], {
        encoding: "utf8",
      });
      const read = JSON.parse(printed) as unknown[];
      names.forEach((name, i) => {
        results.set(name, read[i]);
      });
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each([
      ["one chunk", written],
      ["many chunks", written],
      ["no compression", written],
      ["zstd", written],
      ["no genes", { ...written, X: null, var: emptyFrame }],
      ["changed", changed],
    ])("reads a store with %s", (name, expected) => {
      expect(results.get(name)).toEqual(expected);
    });

    it("reads a store without spots", () => {
      expect(results.get("no spots")).toMatchObject({
        obs: { index: [], columns: { c: { values: [], categories: [] } } },
        var: { index: ["g"] },
      });
    });
  },
);
