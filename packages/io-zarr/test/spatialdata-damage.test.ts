import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDeltas, checkRuns } from "../src/read/spatialdata/check-runs.js";
import { checkThrift } from "../src/read/spatialdata/check-thrift.js";
import { parquetCentroids } from "../src/read/spatialdata/parquet-centroids.js";
import { openParquet } from "../src/read/spatialdata/parquet-file.js";
import { box, type Geometry, type TinyShapes, tinyParquet } from "./tiny-parquet.js";

const GEOMETRIES: Geometry[] = [
  { kind: "polygon", rings: [box(100, 10, 2, 4)] },
  { kind: "polygon", rings: [box(0, 0, 6, 2, true)] },
];
const LAYOUTS: Record<string, TinyShapes> = {
  "well-known binary": { keys: [1, 2], geometries: GEOMETRIES },
  "GeoArrow lists": { keys: [1, 2], geometries: GEOMETRIES, encoding: "geoarrow" },
  "row groups of one and names": { keys: ["a", "b"], geometries: GEOMETRIES, rowGroupSize: 1 },
};

/** Reads the shapes of a file with one byte changed: the points, or nothing where they are refused as they should be. */
async function readChanged(
  whole: Uint8Array,
  position: number,
  change: number,
): Promise<number[] | undefined> {
  const bytes = whole.slice();
  bytes[position] ^= change;
  const store = { get: async () => bytes, list: async () => [] };
  const points: number[] = [];
  try {
    const file = await openParquet(store, "shapes.parquet");
    if (!file) throw new Error("no file");
    for await (const chunk of parquetCentroids(file).chunks()) points.push(...chunk.points);
  } catch (error) {
    if ((error as { tag?: string }).tag !== "FormatError") throw error;
    return undefined;
  }
  return points;
}

describe.each(Object.entries(LAYOUTS))("a Parquet file of shapes as %s", (_, shapes) => {
  const whole = tinyParquet(shapes);

  it("ends in all its shapes or a FormatError, whichever byte is changed", async () => {
    let refused = 0;
    for (let position = 0; position < whole.length; position++) {
      for (const change of [1, 4, 16, 128]) {
        const points = await readChanged(whole, position, change);
        if (points) expect(points).toHaveLength(4);
        else refused++;
      }
    }
    expect(refused).toBeGreaterThan(whole.length);
  });

  it("and by whatever change", async () => {
    const at = fc.integer({ min: 0, max: whole.length - 1 });
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (position, change) => {
        expect([undefined, 4]).toContain((await readChanged(whole, position, change))?.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe("changes that once went on for ever or failed where no one saw it", () => {
  it.each([
    ["sizes of a page's parts", "well-known binary", [15, 2, 15, 4, 17, 16, 18, 128, 19, 4, 21, 16, 22, 128]],
    ["sizes of a further column", "well-known binary", [151, 2, 151, 4, 153, 16, 154, 128, 155, 4, 157, 16]],
    [
      "offsets of columns",
      "well-known binary",
      [273, 4, 275, 4, 276, 128, 285, 32, 444, 4, 450, 16, 455, 32],
    ],
    ["a number of children below 0", "GeoArrow lists", [325, 1]],
  ])("%s", async (_, layout, changes) => {
    const whole = tinyParquet(LAYOUTS[layout]);
    for (let i = 0; i < changes.length; i += 2) {
      expect(await readChanged(whole, changes[i], changes[i + 1])).toBeUndefined();
    }
  });
});

describe("what Parquet tells of", () => {
  const reader = (...bytes: number[]) => ({ view: new DataView(Uint8Array.from(bytes).buffer), offset: 0 });

  it("is not a run of more than is left", () => {
    const long = reader(0xfe, 0xff, 0xff, 0xff, 0x0f, 1);
    expect(() => checkRuns(long, 1, 10)).toThrow(/a run of 2147483647 numbers where 10 are left/);
    const packed = reader(0xff, 0xff, 0xff, 0xff, 0x0f, 1);
    expect(() => checkRuns(packed, 1, 10)).toThrow(/a run of/);
    const sound = reader(2 * 6, 1, 3, 0xff, 9);
    checkRuns(sound, 1, 10);
    expect(sound.offset).toBe(4);
    expect(() => checkRuns(reader(2 * 6, 1), 1, 10)).toThrow(RangeError);
  });

  it("is not a block of differences that steps back", () => {
    expect(() => checkDeltas(reader(0x80, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 3, 2), 3)).toThrow(
      /blocks of 128/,
    );
    expect(() => checkDeltas(reader(0x80, 1, 4, 4, 2), 3)).toThrow(/4 differences where 3/);
    const sound = reader(0x80, 1, 4, 3, 2, 0, 0, 0, 0, 0, 7);
    checkDeltas(sound, 3);
    expect(sound.offset).toBe(10);
  });

  it("is not a structure without end", () => {
    const check = (...bytes: number[]) => checkThrift(Uint8Array.from(bytes), 0);
    expect(check(0x15, 2, 0x18, 1, 65, 0, 99)).toBe(6);
    expect(() => check(0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f)).toThrow(/a list of 4294967295 items in 0/);
    expect(() => check(...new Array(40).fill(0x1c))).toThrow(/more than 16 deep/);
    expect(() => check(0x16, ...new Array(20).fill(0xff))).toThrow(/more than 64 bits/);
    expect(() => check(0x15)).toThrow(/a field of 1 byte where 0 are left/);
  });
});
