import { inspectStore, openSpatial, type SpatialDataset } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { tinyAnnData, writeDataframe } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";

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

async function coordinates(zarr: TinyZarr, spatialKey?: string) {
  const { dimension, values } = await (await openSpatial(zarr, { spatialKey })).readCoordinates();
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
      remedy: expect.stringContaining("obsm"),
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
        found: "NaN or infinite coordinates at 2 spot(s), the first b (row 1)",
      });
    }
  });

  it("of another length or dimension are refused", async () => {
    const long = tinyAnnData(ROWS, { coordinates: [[1, 2]] });
    await expect(coordinates(long)).rejects.toMatchObject({ tag: "ShapeError", found: "1 rows for 3 spots" });
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
      found: "a column of kind string",
    });
  });
});
