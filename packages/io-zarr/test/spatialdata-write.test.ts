import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { memoryStore, type ReadableStore, type StagedStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.js";
import {
  type AnnDataContents,
  addTable,
  addToAnnData,
  inspectStore,
  openSpatial,
  readColumn,
  readDataframe,
  readRowNames,
} from "../src/index.js";
import { createStore, editStore, openStore } from "../src/node.js";
import type { TinyZarr } from "./read-tiny-zarr.js";
import { type TinyContainer, tinySpatialData } from "./tiny-spatialdata.js";

const ROWS = [
  ["b", 7],
  ["a", 1],
  ["b", 2],
] as const;
const POINT = { kind: "point", at: [1, 2] } as const;
const CONTAINER = {
  tables: { counts: { rows: ROWS }, other: { rows: [["a", 1]] } },
  shapes: {
    a: { keys: [1], geometries: [POINT] },
    b: { keys: [2, 7], geometries: [POINT, POINT] },
  },
} as const satisfies Omit<TinyContainer, "format">;

const EDITS = {
  spotNames: ["spot-0", "spot-1", "spot-2"],
  obs: [{ kind: "categorical", name: "type", codes: Int8Array.of(0, 1, -1), categories: ["x", "y"] }],
  obsm: {
    result: {
      values: memorySource<DenseChunk>({
        kind: "dense",
        spotStart: 0,
        spotCount: 3,
        width: 2,
        values: Float64Array.of(1, 0, 0.5, 0.5, 0, 1),
      }),
      columnNames: ["x", "y"],
    },
  },
  uns: { how: "by hand" },
} as const;
const CONTENTS: AnnDataContents = { ...EDITS, spotCount: 3, geneNames: [] };

/** Consolidated metadata of all there is, by the key that containers of the format have them under. */
function consolidate(zarr: TinyZarr): void {
  const entries = [...zarr.files].filter(([key]) => /(^|\/)(\.z\w+|zarr\.json)$/.test(key));
  const parsed = entries.map(([key, bytes]) => [key, JSON.parse(new TextDecoder().decode(bytes))] as const);
  if (zarr.format === 2) {
    zarr.json("zmetadata", { zarr_consolidated_format: 1, metadata: Object.fromEntries(parsed) });
    return;
  }
  const root = parsed.find(([key]) => key === "zarr.json")?.[1];
  const metadata = Object.fromEntries(
    parsed.flatMap(([key, node]) =>
      key === "zarr.json" ? [] : [[key.slice(0, -"/zarr.json".length), node]],
    ),
  );
  zarr.json("zarr.json", {
    ...root,
    consolidated_metadata: { kind: "inline", must_understand: false, metadata },
  });
}

async function filled(store: StagedStore, format: 2 | 3): Promise<StagedStore> {
  const zarr = tinySpatialData({ ...CONTAINER, format });
  consolidate(zarr);
  for (const [key, bytes] of zarr.files) await store.set(`/${key}`, bytes);
  await store.commit();
  return store;
}

async function listed(store: ReadableStore, format: 2 | 3): Promise<Record<string, unknown>> {
  const bytes = await store.get(format === 2 ? "/zmetadata" : "/zarr.json");
  const document = JSON.parse(new TextDecoder().decode(bytes));
  return format === 2 ? document.metadata : document.consolidated_metadata.metadata;
}

/** What the consolidated metadata should be: every node's own documents. */
async function expectConsolidated(store: StagedStore & { keys(): string[] }, format: 2 | 3): Promise<void> {
  const metadata = await listed(store, format);
  const documents = store.keys().filter((key) => /\/(\.zgroup|\.zarray|\.zattrs|zarr\.json)$/.test(key));
  const names = documents
    .map((key) => key.slice(1))
    .filter((key) => key !== "zarr.json")
    .map((key) => (format === 2 ? key : key.slice(0, -"/zarr.json".length)));
  expect(Object.keys(metadata).sort()).toEqual(names.sort());
  for (const name of names) {
    const key = format === 2 ? (`/${name}` as const) : (`/${name}/zarr.json` as const);
    const own = JSON.parse(new TextDecoder().decode(await store.get(key)));
    expect(metadata[name]).toMatchObject(own);
  }
}

describe.each([2, 3] as const)("a container in Zarr v%i", (format) => {
  it("takes a result in one of its tables, and its consolidated metadata know", async () => {
    const store = memoryStore();
    await filled(store, format);
    const before = await listed(store, format);
    await addToAnnData(store, EDITS, { tablePath: "tables/counts" });
    await expectConsolidated(store, format);
    const after = await listed(store, format);
    for (const [name, document] of Object.entries(before)) {
      if (!name.startsWith("tables/counts")) expect(after[name]).toEqual(document);
    }
    const { obsm, obsColumns, table } = await inspectStore(store, { table: "counts" });
    expect(obsm.map(({ key }) => key)).toEqual(["result"]);
    expect(obsColumns.map(({ name }) => name)).toEqual(["region", "instance_id", "type"]);
    expect(table?.annotation).toMatchObject({ regionKey: "region", instanceKey: "instance_id" });
    expect((await inspectStore(store, { table: "other" })).obsm).toEqual([]);
    expect((await readDataframe(store, "tables/counts/obsm/result")).rowNames).toEqual(EDITS.spotNames);
  });

  it("takes a result as a table of its own, about the same elements", async () => {
    const store = memoryStore();
    await filled(store, format);
    await addTable(store, CONTENTS, { name: "types", tablePath: "tables/counts" });
    await expectConsolidated(store, format);
    const { table, obsColumns, rowCount } = await inspectStore(store, { table: "types" });
    expect(table).toEqual({
      name: "types",
      path: "tables/types",
      tableNames: ["counts", "other", "types"],
      version: format === 2 ? "0.1" : "0.2",
      annotation: { regions: ["a", "b"], regionKey: "region", instanceKey: "instance_id" },
    });
    expect([rowCount, obsColumns.map(({ name }) => name)]).toEqual([3, ["region", "instance_id", "type"]]);
    expect(await readColumn(store, "tables/types/obs/instance_id")).toEqual({
      kind: "number",
      values: Float64Array.of(7, 1, 2),
    });
    expect(await readColumn(store, "tables/types/obs/region")).toMatchObject({
      codes: Int32Array.of(1, 0, 1),
      categories: ["a", "b"],
    });
    expect(await readColumn(store, "tables/types/uns/spatialdata_attrs/region")).toMatchObject({
      values: ["a", "b"],
    });
    const key = format === 2 ? "/tables/types/.zattrs" : "/tables/types/zarr.json";
    const document = JSON.parse(new TextDecoder().decode(await store.get(key)));
    expect(format === 2 ? document : document.attributes).toEqual({
      "encoding-type": "anndata",
      "encoding-version": "0.1.0",
      "spatialdata-encoding-type": "ngff:regions_table",
      region: ["a", "b"],
      region_key: "region",
      instance_key: "instance_id",
      version: format === 2 ? "0.1" : "0.2",
    });
  });

  it("keeps its tables where the name of a new one is taken or cannot be", async () => {
    const store = memoryStore();
    await filled(store, format);
    const before = store.keys();
    const add = (name: string, overwrite?: boolean) =>
      addTable(store, CONTENTS, { name, tablePath: "tables/counts", overwrite });
    await expect(add("other")).rejects.toMatchObject({ tag: "OptionError", option: "new-table" });
    await expect(add("counts", true)).rejects.toMatchObject({ tag: "OptionError", rule: /that is read/ });
    await expect(add("a/b")).rejects.toMatchObject({ tag: "FormatError" });
    await expect(
      addTable(
        store,
        {
          ...CONTENTS,
          obs: [1, 2].map(() => ({ kind: "string", name: "x", values: ["", "", ""] }) as const),
        },
        {
          name: "new",
          tablePath: "tables/counts",
        },
      ),
    ).rejects.toMatchObject({ tag: "FormatError" });
    expect(store.keys()).toEqual(before);
    await add("other", true);
    await expectConsolidated(store, format);
    expect((await inspectStore(store, { table: "other" })).rowCount).toBe(3);
  });

  it("needs no consolidated metadata, and no annotation", async () => {
    const store = memoryStore();
    const attributes = { region: null, region_key: null, instance_key: null };
    const zarr = tinySpatialData({ format, tables: { counts: { rows: ROWS, attributes } } });
    for (const [key, bytes] of zarr.files) await store.set(`/${key}`, bytes);
    await store.commit();
    await addTable(store, CONTENTS, { name: "types", tablePath: "tables/counts" });
    const { table, obsColumns, consolidated } = await inspectStore(store, { table: "types" });
    expect([table?.annotation, consolidated]).toEqual([undefined, false]);
    expect(obsColumns.map(({ name }) => name)).toEqual(["type"]);
  });
});

const PYTHON = "/usr/bin/python3";
const hasPython = (() => {
  try {
    execFileSync(PYTHON, ["-c", "import anndata, zarr"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe("on disk", () => {
  it.skipIf(!hasPython)("anndata of Python reads what was written (skipped where it is absent)", async () => {
    const parent = mkdtempSync(join(tmpdir(), "flashdeconv-container-"));
    const path = join(parent, "x.zarr");
    try {
      await filled(await createStore(path), 2);
      await addToAnnData(await editStore(path, { group: "tables/counts" }), EDITS, {
        tablePath: "tables/counts",
      });
      const store = await editStore(path, { group: "tables" });
      await addTable(store, CONTENTS, { name: "types", tablePath: "tables/counts" });
      const script = `
import anndata, json, sys, zarr
path = sys.argv[1]
facts = []
for name in ["counts", "types"]:
    table = anndata.read_zarr(f"{path}/tables/{name}")
    facts.append([table.obsm["result"].loc["spot-1"].tolist(), table.obs["region"].tolist(),
                  table.obs["instance_id"].tolist(), str(table.obs["instance_id"].dtype), table.obs["type"].tolist()[:2]])
attrs = anndata.read_zarr(f"{path}/tables/types").uns["spatialdata_attrs"]
root = zarr.open_consolidated(path, metadata_key="zmetadata")
facts.append([list(attrs["region"]), str(attrs["region_key"]), sorted(root["tables"].group_keys()),
              root["tables/types/obsm/result/x"][:].tolist(), root["tables/types"].attrs["instance_key"]])
print(json.dumps(facts))
`;
      const facts = JSON.parse(
        execFileSync(PYTHON, ["-W", "ignore", "-c", script, path], { encoding: "utf8" }),
      );
      const table = [[0.5, 0.5], ["b", "a", "b"], [7, 1, 2], "int64", ["x", "y"]];
      expect(facts).toEqual([
        table,
        table,
        [["a", "b"], "region", ["counts", "other", "types"], [1, 0.5, 0], "instance_id"],
      ]);
      const opened = await openStore(path);
      const section = await openSpatial(opened, { table: "counts" });
      expect((await section.readCoordinates()).components).toEqual(Int32Array.of(1, 0, 1));
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});

const fixtures = sharedData("zarr-fixtures");

describe.skipIf(!fixtures)(
  "containers of spatialdata (skipped where ../shared/data/zarr-fixtures is absent)",
  () => {
    it.each([
      ["spatialdata-0.3", 2],
      ["spatialdata-0.7", 3],
    ] as const)("%s takes a result, and all else stays as it was", async (name, format) => {
      const parent = mkdtempSync(join(tmpdir(), "flashdeconv-container-"));
      const path = join(parent, "x.zarr");
      cpSync(`${fixtures}/${name}/blobs.sdata.zarr`, path, { recursive: true });
      try {
        const before = await listed(await openStore(path), format);
        const rowNames = await readRowNames(await openStore(path), "tables/table/obs");
        const result = { values: tableOf(rowNames.length), columnNames: ["x", "y"] };
        const edits = { spotNames: rowNames, obsm: { result }, uns: { how: "by hand" } };
        const options = { tablePath: "tables/table" };
        await addToAnnData(await editStore(path, { group: "tables/table" }), edits, options);
        const contents = { ...edits, spotCount: rowNames.length, geneNames: [] };
        await addTable(await editStore(path, { group: "tables" }), contents, { ...options, name: "types" });

        const store = await openStore(path);
        const after = await listed(store, format);
        for (const [node, document] of Object.entries(before)) expect(after[node]).toEqual(document);
        const added = Object.keys(after).filter((node) => !(node in before));
        expect(added.every((node) => /^tables\/(types|table\/(obsm|uns)\/)/.test(node))).toBe(true);
        expect(added.length).toBeGreaterThan(20);
        const { table, rowCount } = await inspectStore(store, { table: "types" });
        expect(rowCount).toBe(26);
        expect(table?.annotation).toEqual({
          regions: ["blobs_labels"],
          regionKey: "region",
          instanceKey: "instance_id",
        });
        expect(await readColumn(store, "tables/types/obs/instance_id")).toEqual(
          await readColumn(store, "tables/table/obs/instance_id"),
        );
        if (format === 3 || !hasPython) return;
        const script = `
import anndata, sys, zarr
from anndata.experimental import read_elem
types = anndata.read_zarr(f"{sys.argv[1]}/tables/types")
# The table itself has a "null" of a newer anndata than some that may be here, so only what was added to it.
result = read_elem(zarr.open(f"{sys.argv[1]}/tables/table")["obsm/result"])
print(types.n_obs, types.uns["spatialdata_attrs"]["region"], set(types.obs["region"]), types.obsm["result"].equals(result))
`;
        const lines = execFileSync(PYTHON, ["-W", "ignore", "-c", script, path], { encoding: "utf8" }).trim();
        expect(lines).toBe("26 blobs_labels {'blobs_labels'} True");
      } finally {
        rmSync(parent, { recursive: true, force: true });
      }
    });
  },
);

function tableOf(spotCount: number) {
  const values = Float64Array.from({ length: 2 * spotCount }, (_, i) => i);
  return memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width: 2, values });
}
