import { inspectStore, openSpatial, type SpatialDataset } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { tinyAnnData, writeDataframe } from "./read-tiny-anndata.js";
import type { TinyType, TinyZarr } from "./read-tiny-zarr.js";

const ROWS = [[1], [2], [3]];
const X = [10, 20, 30];
const Y = [1, 2, 3];
const XY = [10, 1, 20, 2, 30, 3];

/** A store without coordinates whose obs has the given columns of numbers. */
function withColumns(columns: Record<string, number[]>): TinyZarr {
  const zarr = tinyAnnData(ROWS);
  for (const key of zarr.files.keys()) if (key.startsWith("obsm/spatial")) zarr.files.delete(key);
  writeDataframe(zarr, "obs", ["a", "b", "c"], Object.keys(columns));
  for (const [name, values] of Object.entries(columns)) {
    zarr.array(`obs/${name}`, { type: "float64", shape: [values.length], values });
  }
  return zarr;
}

async function coordinates(zarr: TinyZarr, spatialKey?: string, spatialColumns?: string[]) {
  const dataset = await openSpatial(zarr, { spatialKey, spatialColumns });
  const { dimension, values } = await dataset.readCoordinates();
  return { dimension, values: [...values] };
}

describe("coordinates", () => {
  it("lie in obsm/spatial, else obsm/X_spatial, else where the key says", async () => {
    const zarr = withColumns({ x: Y, y: X });
    zarr.array("obsm/other", {
      type: "int32",
      shape: [3, 3],
      chunks: [2, 2],
      values: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    });
    expect(await coordinates(zarr, "other")).toEqual({ dimension: 3, values: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
    zarr.array("obsm/X_spatial", { type: "float32", shape: [3, 2], values: XY });
    expect(await coordinates(zarr)).toEqual({ dimension: 2, values: XY });
    zarr.array("obsm/spatial", { type: "int64", shape: [3, 2], values: [0, 0, 1, 0, 2, 0] });
    expect(await coordinates(zarr)).toEqual({ dimension: 2, values: [0, 0, 1, 0, 2, 0] });
  });

  it("may be a dataframe in obsm", async () => {
    const zarr = withColumns({});
    writeDataframe(zarr, "obsm/spatial", ["a", "b", "c"], ["first", "second"]);
    zarr.array("obsm/spatial/first", { type: "float64", shape: [3], values: X });
    zarr.array("obsm/spatial/second", { type: "int16", shape: [3], values: Y });
    expect(await coordinates(zarr)).toEqual({ dimension: 2, values: XY });
  });

  it.each([
    [["x", "y"]],
    [["X", "Y"]],
    [["x_centroid", "y_centroid"]],
    [["pxl_col_in_fullres", "pxl_row_in_fullres"]],
    [["array_col", "array_row"]],
  ])("may be the columns %s of obs", async ([x, y]) => {
    const zarr = withColumns({ in_tissue: [1, 1, 1], [y]: Y, [x]: X });
    expect(await coordinates(zarr)).toEqual({ dimension: 2, values: XY });
    expect((await inspectStore(zarr)).coordinates).toBe(`obs/${x}, obs/${y}`);
  });

  it("take a third column of obs with them", async () => {
    expect(await coordinates(withColumns({ x: X, y: Y, z: [7, 8, 9] }))).toEqual({
      dimension: 3,
      values: [10, 1, 7, 20, 2, 8, 30, 3, 9],
    });
  });

  it("that are not there are refused, with what is there", async () => {
    const zarr = withColumns({ depth: X });
    zarr.array("obsm/X_pca", { type: "float64", shape: [3, 2], values: XY });
    await expect(coordinates(zarr)).rejects.toMatchObject({
      tag: "CoordinateError",
      found: "none (keys of obsm: X_pca; columns of obs: depth)",
      expected: expect.stringContaining("obsm/spatial"),
      remedy: expect.stringMatching(/obsm.*add them to the store, or do without neighbours .*none/),
    });
    await expect(coordinates(withColumns({}))).rejects.toMatchObject({
      remedy: expect.stringMatching(/give the folder in which positions lie too/),
    });
    await expect(coordinates(zarr, "nowhere")).rejects.toMatchObject({
      tag: "OptionError",
      option: "spatial-key",
      expected: "a key of obsm: X_pca",
    });
    expect((await inspectStore(zarr)).coordinates).toBeUndefined();
  });

  it("that are not finite are refused, naming the first spot and how many", async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(coordinates(withColumns({ x: [1, bad, bad], y: [1, bad, 2] }))).rejects.toMatchObject({
        tag: "CoordinateError",
        spot: "b",
        found: "NaN or infinite coordinates at 2 spots, the first b (row 1)",
      });
    }
  });

  it("of another length or dimension are refused", async () => {
    const long = tinyAnnData(ROWS, { coordinates: [[1, 2]] });
    await expect(coordinates(long)).rejects.toMatchObject({ tag: "ShapeError", found: "1 row for 3 spots" });
    const wide = tinyAnnData(ROWS, { coordinates: ROWS.map(() => [1, 2, 3, 4]) });
    await expect(coordinates(wide)).rejects.toMatchObject({ tag: "CoordinateError", found: "4 columns" });
    const columns = withColumns({ x: X, y: [1, 2] });
    await expect(coordinates(columns)).rejects.toMatchObject({
      tag: "ShapeError",
      found: "2 rows for 3 spots",
    });
  });

  it("that are text are refused", async () => {
    const zarr = withColumns({ x: X, y: Y });
    zarr.array("obs/y", { type: "string", shape: [3], values: ["1", "2", "3"] });
    const dataset: SpatialDataset = await openSpatial(zarr);
    await expect(dataset.readCoordinates()).rejects.toMatchObject({
      tag: "CoordinateError",
      found: 'a column of kind string, such as "1"',
      remedy: expect.stringContaining('adata.obs["y"] = adata.obs["y"].astype(float)'),
    });
  });

  it.each<TinyType>(["int8", "uint16", "int32", "int64", "float32", "float64"])(
    "may be named columns of obs, of %s",
    async (type) => {
      const zarr = withColumns({ center_x: X, center_y: Y, depth: [7, 8, 9] });
      zarr.array("obsm/spatial", { type: "float64", shape: [3, 2], values: [0, 0, 0, 0, 0, 0] });
      zarr.array("obs/center_x", { type, shape: [3], values: X });
      expect(await coordinates(zarr, undefined, ["center_x", "center_y"])).toEqual({
        dimension: 2,
        values: XY,
      });
      expect((await coordinates(zarr, undefined, ["center_x", "center_y", "depth"])).values).toEqual([
        10, 1, 7, 20, 2, 8, 30, 3, 9,
      ]);
    },
  );

  it("may be nullable numbers; a missing one is named by its spot", async () => {
    const zarr = withColumns({ center_x: X, center_y: Y });
    for (const key of zarr.files.keys()) if (key.startsWith("obs/center_x")) zarr.files.delete(key);
    zarr.group("obs/center_x", { "encoding-type": "nullable-integer", "encoding-version": "0.1.0" });
    zarr.array("obs/center_x/values", { type: "int32", shape: [3], values: X });
    zarr.array("obs/center_x/mask", { type: "bool", shape: [3], values: [0, 0, 0] });
    expect((await coordinates(zarr, undefined, ["center_x", "center_y"])).values).toEqual(XY);
    zarr.array("obs/center_x/mask", { type: "bool", shape: [3], values: [0, 0, 1] });
    await expect(coordinates(zarr, undefined, ["center_x", "center_y"])).rejects.toMatchObject({
      tag: "CoordinateError",
      spot: "c",
      message: expect.stringContaining("obs/center_x, obs/center_y"),
    });
  });

  it.each<[string[], string | undefined, RegExp]>([
    [["center_x"], undefined, /two or three different columns/],
    [["center_x", "center_x"], undefined, /two or three different columns/],
    [["a", "b", "c", "d"], undefined, /two or three different columns/],
    [["center_x", "center_y"], "spatial", /beside spatial-key/],
    [["center_x", "nowhere"], undefined, /columns of obs, which has no "nowhere": center_x, center_y/],
  ])("named as %s, with the key %s, are refused", async (columns, key, rule) => {
    await expect(coordinates(withColumns({ center_x: X, center_y: Y }), key, columns)).rejects.toMatchObject({
      tag: "OptionError",
      option: "spatial-columns",
      rule: expect.stringMatching(rule),
    });
  });

  it.each([
    ["center_x", "center_y"],
    ["x_slide_mm", "y_slide_mm"],
    ["CenterX_global_px", "CenterY_global_px"],
    ["imagecol", "imagerow"],
    ["col", "row"],
    ["x_location", "y_location"],
    ["coord_x", "coord_y"],
    ["xcoord", "ycoord"],
    ["X_um", "Y_um"],
    ["spatial_1", "spatial_2"],
    ["centroid-0", "centroid-1"],
  ])("that are not found by themselves are suggested: %s, %s", async (x, y) => {
    const zarr = withColumns({ n_counts: X, [y]: Y, umap_x: X, umap_y: X, leiden_1: X, leiden_2: Y, [x]: X });
    await expect(coordinates(zarr)).rejects.toMatchObject({
      tag: "CoordinateError",
      remedy: `Columns of obs look like coordinates: give \`spatialColumns\` ${x},${y}.`,
    });
    expect((await coordinates(zarr, undefined, [x, y])).values).toEqual(XY);
    expect((await inspectStore(zarr)).coordinateCandidates).toEqual([
      { columnNames: [x, y], isNumeric: true },
    ]);
  });
});
