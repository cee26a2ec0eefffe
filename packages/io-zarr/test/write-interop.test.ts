import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnnDataContents, addToAnnData, writeAnnData } from "../src/index.js";
import { createStore, editStore } from "../src/node.js";

const PYTHON = "/usr/bin/python3";
const hasAnndata = spawnSync(PYTHON, ["-c", "import anndata, zarr"]).status === 0;
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
      order: ["eL2/3", "B", "eL2/5"],
      columns: {
        "eL2/3": { dtype: "float64", values: [0.5, 0, 1] },
        B: { dtype: "float64", values: [0.25, 0, 0] },
        "eL2/5": { dtype: "float64", values: [0.25, 1, 0] },
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
      lambda: { dtype: "int64", value: 5000 },
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

describe.skipIf(!hasAnndata)(
  "Python anndata (skipped where /usr/bin/python3 cannot import anndata and zarr)",
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "flashdeconv-test-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const read = (path: string) =>
      JSON.parse(
        execFileSync(PYTHON, ["-W", "ignore", script, path], { encoding: "utf8" }),
      ) as typeof written;

    it.each([
      ["one chunk", {}],
      ["many chunks", { spotsPerChunk: 2, valuesPerChunk: 2 }],
      ["no compression", { compressor: "none" as const }],
    ])("reads a written store: %s", async (name, options) => {
      const path = join(folder, `${name}.zarr`);
      await writeAnnData(await createStore(path), contents, options);
      expect(read(path)).toEqual(written);
    });

    it("reads a store that was changed in place", async () => {
      const path = join(folder, "changed.zarr");
      await writeAnnData(await createStore(path), contents);
      await addToAnnData(await editStore(path), {
        spotNames,
        obs: [
          { kind: "categorical", name: "dominant", codes: Int32Array.of(0, 0, -1), categories: ["T"] },
          { kind: "number", name: "share/T", values: Float64Array.of(1, Number.MIN_VALUE, 0.1) },
        ],
        obsm: { proportions: { values: dense(1, Float64Array.of(1, 2, 3)), columnNames: ["T"] } },
        uns: { params: { lambda: 0.5 } },
      });
      const { obs, obsm, uns } = written;
      expect(read(path)).toEqual({
        ...written,
        obs: {
          ...obs,
          order: [...obs.order, "share/T"],
          columns: {
            ...obs.columns,
            dominant: { values: ["T", "T", null], categories: ["T"], ordered: false },
            "share/T": { dtype: "float64", values: [1, Number.MIN_VALUE, 0.1] },
          },
        },
        obsm: {
          ...obsm,
          proportions: {
            index: spotNames,
            order: ["T"],
            columns: { T: { dtype: "float64", values: [1, 2, 3] } },
          },
        },
        uns: { ...uns, params: { lambda: { dtype: "float64", value: 0.5 } } },
      });
    });

    it("reads a store without genes and counts, and one without spots", async () => {
      const results = join(folder, "results.zarr");
      await writeAnnData(await createStore(results), { ...contents, geneNames: [], X: undefined });
      expect(read(results)).toEqual({ ...written, X: null, var: { index: [], order: [], columns: {} } });
      const empty = join(folder, "empty.zarr");
      await writeAnnData(await createStore(empty), {
        spotCount: 0,
        spotNames: [],
        geneNames: ["g"],
        obs: [{ kind: "categorical", name: "c", codes: new Int32Array(0), categories: [] }],
      });
      expect(read(empty)).toMatchObject({ obs: { index: [], order: ["c"] }, var: { index: ["g"] } });
    });
  },
);
