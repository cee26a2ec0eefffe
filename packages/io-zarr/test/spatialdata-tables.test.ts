import { collect } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { inspectStore, openReference, openSpatial } from "../src/index.js";
import { strings, tinyAnnData } from "./read-tiny-anndata.js";
import { type TinyContainer, type TinyTable, tinySpatialData, toGlobal } from "./tiny-spatialdata.js";

const TABLE: TinyTable = {
  rows: [
    ["a", 1],
    ["a", 2],
  ],
};
const SHAPES = {
  a: {
    keys: [2, 1],
    geometries: [{ kind: "point", at: [20, 2] } as const, { kind: "point", at: [10, 1] } as const],
  },
};
/** The same shapes as `a` under another name, a hundred times as large and moved in `um`. */
const TWO_ELEMENTS = {
  a: {
    ...SHAPES.a,
    transformations: [
      toGlobal({ type: "scale", scale: [0.5, 0.5] }),
      toGlobal({ type: "identity" }, "pixels of a"),
      toGlobal({ type: "translation", translation: [1, 1] }, "um"),
    ],
  },
  b: {
    ...SHAPES.a,
    transformations: [
      toGlobal({ type: "translation", translation: [100, 0] }),
      toGlobal({ type: "scale", scale: [100, 100] }, "um"),
    ],
  },
};
const TWO_REGIONS: TinyTable = {
  rows: [
    ["b", 2],
    ["a", 1],
    ["b", 1],
    ["a", 2],
  ],
};

const open = (container: TinyContainer, table?: string) => openSpatial(tinySpatialData(container), { table });

describe.each([2, 3] as const)("a container in Zarr v%i", (format) => {
  it("opens its only table, or the one that is named", async () => {
    const only = await open({ format, tables: { counts: TABLE } });
    expect(only).toMatchObject({
      spotCount: 2,
      tablePath: "tables/counts",
      outputHint: { zarrFormat: format },
    });
    const other = { rows: [["a", 1]] } as TinyTable;
    const named = await open({ format, tables: { counts: TABLE, other } }, "other");
    expect(named).toMatchObject({ spotCount: 1, tablePath: "tables/other" });
    expect((await collect(named.counts)).values).toEqual(Float32Array.of(1));
  });

  it("lists its tables where one has to be named", async () => {
    const container = { format, tables: { counts: TABLE, nuclei: TABLE } };
    for (const table of [undefined, "spots"]) {
      await expect(open(container, table)).rejects.toMatchObject({
        tag: "OptionError",
        option: "table",
        value: table,
        rule: expect.stringMatching(/counts, nuclei$/),
      });
    }
    await expect(open({ format, tables: {} })).rejects.toMatchObject({ tag: "FormatError", path: "tables" });
    await expect(openSpatial(tinyAnnData([[1]], { format }), { table: "counts" })).rejects.toMatchObject({
      tag: "OptionError",
      option: "table",
    });
    await expect(open(container, "")).rejects.toMatchObject({ tag: "OptionError", option: "table" });
  });

  it("needs the table's name where it cannot be listed", async () => {
    const zarr = tinySpatialData({ format, tables: { counts: TABLE } });
    const store = { get: (key: `/${string}`) => zarr.get(key) };
    await expect(openSpatial(store)).rejects.toMatchObject({ option: "table", rule: /cannot be listed/ });
    expect((await openSpatial(store, { table: "counts" })).spotCount).toBe(2);
  });

  it("is known without its attributes, and its table with broken ones", async () => {
    for (const attributes of [
      { "encoding-type": "ngff:regions_table", "encoding-version": "0.1" },
      { "encoding-type": undefined, "spatialdata-encoding-type": undefined },
      { region: undefined, region_key: undefined, instance_key: undefined },
    ]) {
      const table = { ...TABLE, attributes };
      const opened = await open({ format, tables: { counts: table }, shapes: SHAPES, marked: false });
      expect([...(await opened.readCoordinates()).values]).toEqual([10, 1, 20, 2]);
    }
  });

  it("takes region and instance from uns where the attributes are lost", async () => {
    const attributes = { region: undefined, region_key: undefined, instance_key: undefined };
    const zarr = tinySpatialData({ format, tables: { counts: { ...TABLE, attributes } }, shapes: SHAPES });
    const uns = "tables/counts/uns/spatialdata_attrs";
    strings(zarr, `${uns}/region`, ["a"]);
    strings(zarr, `${uns}/region_key`, ["region"]);
    zarr.array(`${uns}/instance_key`, { type: "string", shape: [], values: ["instance_id"] });
    const { table } = await inspectStore(zarr);
    expect(table?.annotation).toEqual({ regions: ["a"], regionKey: "region", instanceKey: "instance_id" });
  });

  it("takes coordinates from obsm/spatial, else from shapes, else from obs", async () => {
    const coordinates = [
      [7, 8],
      [9, 10],
    ];
    const withObsm = tinySpatialData({ format, tables: { t: { ...TABLE, coordinates } }, shapes: SHAPES });
    expect([...(await (await openSpatial(withObsm)).readCoordinates()).values]).toEqual([7, 8, 9, 10]);
    expect((await inspectStore(withObsm)).coordinates).toBe("obsm/spatial");
    const withShapes = tinySpatialData({ format, tables: { t: TABLE }, shapes: SHAPES });
    expect([...(await (await openSpatial(withShapes)).readCoordinates()).values]).toEqual([10, 1, 20, 2]);
    expect((await inspectStore(withShapes)).coordinates).toBe("shapes/a");
    await expect(
      (await openSpatial(withShapes, { spatialKey: "umap" })).readCoordinates(),
    ).rejects.toMatchObject({
      option: "spatial-key",
    });
    const labelled = tinySpatialData({ format, tables: { t: TABLE }, labels: ["a"] });
    await expect((await openSpatial(labelled)).readCoordinates()).rejects.toMatchObject({
      tag: "CoordinateError",
      found: expect.stringContaining("a is an image of labels"),
    });
    const none = tinySpatialData({ format, tables: { t: { ...TABLE, attributes: { region_key: null } } } });
    await expect((await openSpatial(none)).readCoordinates()).rejects.toMatchObject({
      found: expect.stringContaining("the table is about none"),
    });
  });

  it.each(["categorical", "string"] as const)("keeps regions apart (%s)", async (regionKind) => {
    const tables = { t: { ...TWO_REGIONS, regionKind } };
    const { values, components } = await (
      await open({ format, tables, shapes: TWO_ELEMENTS })
    ).readCoordinates();
    // All in the system global: a halved, b moved.
    expect([...values]).toEqual([120, 2, 5, 0.5, 110, 1, 10, 1]);
    expect([...(components ?? [])]).toEqual(regionKind === "categorical" ? [1, 0, 1, 0] : [0, 1, 0, 1]);
  });

  it("keeps regions apart also where obsm has the coordinates", async () => {
    const coordinates = TWO_REGIONS.rows.map((_, i) => [i, 0]);
    const { components } = await (
      await open({ format, tables: { t: { ...TWO_REGIONS, coordinates } } })
    ).readCoordinates();
    expect([...(components ?? [])]).toEqual([1, 0, 1, 0]);
  });
});

describe("a table", () => {
  it("is named in messages", async () => {
    const zarr = Object.assign(tinySpatialData({ tables: { counts: TABLE } }), { name: "x.zarr" });
    zarr.files.delete("tables/counts/X/data/c/0");
    const failure = openSpatial(zarr).then(({ counts }) => collect(counts));
    await expect(failure).rejects.toThrow(/^x\.zarr\/tables\/counts: X\/data: /);
  });

  it("must have the columns that its attributes name, and a region in every row", async () => {
    const attributes = { instance_key: "cell" };
    await expect(
      (await open({ tables: { t: { ...TABLE, attributes } }, shapes: SHAPES })).readCoordinates(),
    ).rejects.toMatchObject({ tag: "FormatError", found: expect.stringContaining("no column cell") });
    const zarr = tinySpatialData({ tables: { t: TABLE }, shapes: SHAPES });
    zarr.array("tables/t/obs/region/codes", { type: "int8", shape: [2], values: [0, -1] });
    await expect((await openSpatial(zarr)).readCoordinates()).rejects.toMatchObject({
      tag: "FormatError",
      found: "no region in row 1",
    });
    zarr.array("tables/t/obs/region/codes", { type: "int8", shape: [2], values: [0, 0] });
    zarr.array("tables/t/obs/instance_id", { type: "float64", shape: [2], values: [1, 1.5] });
    await expect((await openSpatial(zarr)).readCoordinates()).rejects.toMatchObject({
      found: "1.5 in row 1",
    });
  });

  it("can be the reference", async () => {
    const zarr = tinySpatialData({ tables: { cells: TABLE } });
    const { cellTypes } = await openReference(zarr, { cellTypeKey: "region" });
    expect(cellTypes.names).toEqual(["a"]);
  });
});
