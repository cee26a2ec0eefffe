import { describe, expect, it } from "vitest";
import { openSpatial } from "../src/index.js";
import { tinyAnnData } from "./read-tiny-anndata.js";
import { box, type Geometry } from "./tiny-parquet.js";
import { type TinyElement, tinySpatialData } from "./tiny-spatialdata.js";

/** Coordinates of a table of one region whose rows name the shapes in the given order. */
async function place(element: TinyElement, instances: readonly (number | string)[]) {
  const zarr = tinySpatialData({
    format: element.version === "0.1" ? 2 : 3,
    tables: { table: { rows: instances.map((key) => ["cells", key] as const) } },
    shapes: { cells: element },
  });
  const { dimension, values, components } = await (await openSpatial(zarr)).readCoordinates();
  expect([dimension, components]).toEqual([2, undefined]);
  return [...values];
}

const POINTS: Geometry[] = [
  { kind: "point", at: [10, 1] },
  { kind: "point", at: [20, 2] },
  { kind: "point", at: [30, 3] },
];
/** A square with a square hole in its right half, wound either way: 16 - 1 parts, so the centre moves left. */
const WITH_HOLE: Geometry = { kind: "polygon", rings: [box(0, 0, 4, 4), box(2.5, 1.5, 1, 1)] };
const WITH_HOLE_AT = [(16 * 2 - 3) / 15, 2];
const POLYGONS: Geometry[] = [
  { kind: "polygon", rings: [box(100, 10, 2, 4)] },
  { kind: "polygon", rings: [box(0, 0, 6, 2, true)] },
  WITH_HOLE,
];
const MULTIPOLYGONS: Geometry[] = [
  { kind: "multipolygon", polygons: [[box(0, 0, 1, 1)], [box(10, 0, 3, 1, true)]] },
  { kind: "multipolygon", polygons: [[box(5, 5, 2, 2)]] },
  { kind: "multipolygon", polygons: [[box(0, 0, 4, 4), box(2.5, 1.5, 1, 1, true)]] },
];

const LAYOUTS = [
  ["arrays of 0.1", { version: "0.1" }],
  ["Parquet with well-known binary", { encoding: "WKB" }],
  ["Parquet in row groups of two", { encoding: "WKB", rowGroupSize: 2 }],
  ["Parquet with GeoArrow lists", { encoding: "geoarrow" }],
] as const;

describe.each(LAYOUTS)("shapes in %s", (_, layout) => {
  it.each([
    ["points", POINTS, [10, 1, 20, 2, 30, 3]],
    ["polygons", POLYGONS, [101, 12, 3, 1, ...WITH_HOLE_AT]],
    ["multipolygons", MULTIPOLYGONS, [(0.5 + 3 * 11.5) / 4, 0.5, 6, 6, ...WITH_HOLE_AT]],
  ])("give the centroids of %s, by index and not by row", async (_, geometries, expected) => {
    for (const keys of [
      [7, 5, 900],
      ["c", "a", "b"],
    ]) {
      const element = { ...layout, keys, geometries };
      const at = await place(element, [keys[2], keys[0], keys[1], keys[0]]);
      const wanted = [...expected.slice(4), ...expected.slice(0, 4), ...expected.slice(0, 2)];
      for (const [i, value] of wanted.entries()) expect(at[i]).toBeCloseTo(value, 12);
    }
  });

  it("may be more than the table has", async () => {
    expect(await place({ ...layout, keys: [1, 2, 3], geometries: POINTS }, [3])).toEqual([30, 3]);
  });

  it("are compared as text where one side is numbers", async () => {
    expect(await place({ ...layout, keys: [1, 2, 3], geometries: POINTS }, ["3", "1"])).toEqual([
      30, 3, 10, 1,
    ]);
    expect(await place({ ...layout, keys: ["1", "2", "3"], geometries: POINTS }, [3, 1])).toEqual([
      30, 3, 10, 1,
    ]);
  });

  it("must hold every spot's, and each once", async () => {
    const missing = place({ ...layout, keys: [1, 2, 3], geometries: POINTS }, [3, 4, 5]);
    await expect(missing).rejects.toMatchObject({
      tag: "CoordinateError",
      spot: "spot-1",
      message: expect.stringMatching(
        /shapes\/cells: found no shape for 2 spots, the first spot-1 \(instance 4\)/,
      ),
    });
    const twice = place({ ...layout, keys: [1, 2, 1], geometries: POINTS }, [1]);
    await expect(twice).rejects.toMatchObject({ tag: "FormatError", found: "the item 1 twice in the index" });
  });
});

describe("a Parquet file of shapes", () => {
  it("may have an index that is only noted", async () => {
    const range = { start: 10, step: 5 };
    const element = { keys: [0, 0, 0], geometries: POINTS, range, rowGroupSize: 2 };
    expect(await place(element, [20, 10])).toEqual([30, 3, 10, 1]);
  });

  it("may have lost what geopandas notes", async () => {
    const element = { keys: [7, 8, 9], geometries: POLYGONS, notes: "none" } as const;
    expect((await place(element, [8])).map(Math.round)).toEqual([3, 1]);
  });

  it("is refused where it is damaged", async () => {
    const zarr = tinySpatialData({
      tables: { table: { rows: [["cells", 1]] } },
      shapes: { cells: { keys: [1], geometries: POINTS.slice(0, 1) } },
    });
    const key = "shapes/cells/shapes.parquet";
    const whole = zarr.files.get(key) ?? new Uint8Array();
    for (const bytes of [whole.slice(0, -3), whole.slice(20), new Uint8Array(40), whole.slice(0, 5)]) {
      zarr.files.set(key, bytes);
      await expect((await openSpatial(zarr)).readCoordinates()).rejects.toMatchObject({
        tag: "FormatError",
        path: key,
      });
    }
    zarr.files.delete(key);
    await expect((await openSpatial(zarr)).readCoordinates()).rejects.toMatchObject({
      tag: "FormatError",
      found: "neither shapes.parquet nor the array coords",
    });
  });

  it("tells by its footer what reading it takes: its largest row group, more for lists than for bytes", async () => {
    const keys = Array.from({ length: 4000 }, (_, i) => i);
    const bytesOf = async (element: Partial<TinyElement>) => {
      const zarr = tinySpatialData({
        tables: { table: { rows: [["cells", 1]] } },
        shapes: { cells: { keys, geometries: keys.map(() => POLYGONS[0]), ...element } },
      });
      return (await openSpatial(zarr)).coordinateBytes();
    };
    const whole = await bytesOf({ rowGroupSize: 4000 });
    // A view of bytes and a key for each, beside the bytes themselves.
    expect(whole).toBeGreaterThan(4000 * 248);
    expect(whole).toBeLessThan(4000 * 1500);
    expect(await (await openSpatial(tinyAnnData([[1]]))).coordinateBytes()).toBe(0);
    const quarters = await bytesOf({ rowGroupSize: 1000 });
    expect(quarters).toBeGreaterThan(whole / 6);
    expect(quarters).toBeLessThan(whole / 3);
    // Both coordinates of each vertex are numbers in lists.
    const vertexCount = POLYGONS[0].kind === "polygon" ? POLYGONS[0].rings.flat().length : 0;
    expect(await bytesOf({ rowGroupSize: 4000, encoding: "geoarrow" })).toBeGreaterThan(
      4000 * 2 * vertexCount * 400,
    );
    expect(await bytesOf({ version: "0.1" })).toBeGreaterThan(4000 * 2 * 8 * vertexCount);
  });

  it("is read by ranges where the store can", async () => {
    const zarr = tinySpatialData({
      tables: { table: { rows: [["cells", 3]] } },
      shapes: { cells: { keys: [1, 2, 3], geometries: POINTS, rowGroupSize: 2 } },
    });
    const key = "/shapes/cells/shapes.parquet";
    const ranges: unknown[] = [];
    const store = {
      get: (path: `/${string}`) => {
        if (path === key) throw new Error("read whole");
        return zarr.get(path);
      },
      list: (path: string) => zarr.list(path),
      async getRange(
        path: `/${string}`,
        range: { offset: number; length: number } | { suffixLength: number },
      ) {
        const bytes = await zarr.get(path);
        if (path === key) ranges.push(range);
        if ("suffixLength" in range) return bytes?.subarray(Math.max(0, bytes.length - range.suffixLength));
        return bytes?.subarray(range.offset, range.offset + range.length);
      },
    };
    expect([...(await (await openSpatial(store)).readCoordinates()).values]).toEqual([30, 3]);
    expect(ranges[0]).toEqual({ suffixLength: 65_536 });
    expect(ranges.length).toBeGreaterThan(1);
  });
});
