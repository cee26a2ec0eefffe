import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameFor } from "../src/map-frame.js";
import { typeColors } from "../src/palette.js";
import { encodePng } from "../src/png.js";
import { type IndexedImage, Raster } from "../src/raster.js";
import { drawScaleBar, scaleBar } from "../src/scale-bar.js";
import { measureSpots } from "../src/spot-layout.js";
import { spotPaths } from "../src/spot-paths.js";
import { hexagons, placesOf, squareGrid } from "./lattices.js";

const rasterOf = (coordinates: ReturnType<typeof placesOf>, mostPixels: number) =>
  new Raster(frameFor(measureSpots(coordinates), mostPixels), coordinates);
const shown = (pixels: Uint8Array, width: number) =>
  Array.from({ length: pixels.length / width }, (_, row) =>
    [...pixels.subarray(row * width, (row + 1) * width)].join(""),
  );

describe("rasters", () => {
  it("draw bins as squares, the first row on top", () => {
    const raster = rasterOf(squareGrid(3, 2, 10), 6);
    expect(raster).toMatchObject({ isPerSpot: true, siteCount: 6, hiddenCount: 0 });
    expect(shown(raster.paint(Uint8Array.of(1, 2, 3, 4, 5, 6)), 6)).toEqual([
      "112233",
      "112233",
      "445566",
      "445566",
    ]);
  });

  it("leave out where no bin is", () => {
    const raster = rasterOf(
      placesOf([
        [0, 0],
        [1, 0],
        [0, 1],
        [2, 1],
        [2, 0],
        [0, 2],
        [1, 2],
      ]),
      3,
    );
    expect(shown(raster.paint(Uint8Array.of(1, 2, 3, 4, 5, 6, 7)), 3)).toEqual(["125", "304", "670"]);
  });

  it("draw hexagons as discs that touch", () => {
    const raster = rasterOf(hexagons(2, 2), 10);
    const lines = shown(raster.paint(Uint8Array.of(1, 2, 3, 4)), raster.frame.width);
    expect(lines).toEqual([
      "0110022000",
      "1111222200",
      "1111222200",
      "0110022000",
      "0033334444",
      "0033334444",
      "0033334444",
      "0000000000",
    ]);
  });

  it("share pixels where there are more spots than these", () => {
    const raster = rasterOf(squareGrid(40, 40), 10);
    expect(raster).toMatchObject({ isPerSpot: false, siteCount: 100 });
    const counts = new Int32Array(100);
    for (let spot = 0; spot < 1600; spot++) counts[raster.siteOf(spot)]++;
    expect([...new Set(counts)]).toEqual([16]);
    expect(raster.siteOf(0)).toBe(0);
    expect(raster.siteOf(39)).toBe(9);
    expect(raster.siteOf(1599)).toBe(99);
  });

  it("count the spots that lie under others", () => {
    expect(
      rasterOf(
        placesOf([
          [0, 0],
          [0, 0],
          [5, 5],
          [0, 0],
        ]),
        50,
      ).hiddenCount,
    ).toBe(2);
    expect(
      rasterOf(
        placesOf([
          [1, 1],
          [1, 1],
        ]),
        50,
      ).hiddenCount,
    ).toBe(1);
  });

  it("show every spot that lies apart, and one at least", () => {
    const place = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(place, place), { minLength: 1, selector: String }), (given) => {
        const raster = rasterOf(placesOf(given), 800);
        const seen = new Set(raster.paint(Uint8Array.from(given, (_, i) => (i % 255) + 1)));
        expect(seen.size).toBeGreaterThan(given.length > 1 ? 1 : 0);
        if (raster.isPerSpot) expect(raster.hiddenCount).toBe(0);
      }),
    );
  });
});

describe("PNG", () => {
  it("holds what was given", async () => {
    const colors = typeColors(["a", "b"]);
    const palette = Uint8Array.from(
      colors.flatMap((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))),
    );
    const bytes = await encodePng({
      width: 3,
      height: 2,
      pixels: Uint8Array.of(0, 1, 0, 1, 1, 0),
      palette,
      alpha: Uint8Array.of(0),
    });
    const parts = partsOf(bytes);
    expect(parts.map(({ name }) => name)).toEqual(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
    expect([...parts[0].content]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0]);
    expect([...parts[1].content]).toEqual([0x00, 0x72, 0xb2, 0xd5, 0x5e, 0x00]);
    expect([...inflateSync(parts[3].content)]).toEqual([0, 0, 1, 0, 0, 1, 1, 0]);
    // The sum of an empty IEND is known to everybody.
    expect([...bytes.subarray(-4)]).toEqual([0xae, 0x42, 0x60, 0x82]);
  });
});

describe("scale bars", () => {
  const frame = frameFor(measureSpots(squareGrid(100, 100, 8)), 500);

  it.each([
    [1, "200 µm", 125],
    [0.25, "50 µm", 125],
    [10, "2 mm", 125],
    [0.0004, "0.1 µm", undefined],
  ])("with %d µm per unit: %s", (scale, label, length) => {
    const bar = scaleBar(frame, scale);
    expect(bar?.label).toBe(label);
    if (length !== undefined) expect(bar?.length).toBeCloseTo(length, 9);
  });

  it.each([undefined, 0, -1, Number.NaN, Infinity])("none for %s", (scale) => {
    expect(scaleBar(frame, scale)).toBeUndefined();
  });

  it("are 1, 2 or 5 of a power of ten and near a quarter of the width", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (scale) => {
        const bar = scaleBar(frame, scale);
        expect(bar?.label).toMatch(/^(0\.0*)?[125]0* (µm|mm)$|e-/);
        expect((bar?.length ?? 0) / 500).toBeGreaterThan(0.15);
        expect((bar?.length ?? 0) / 500).toBeLessThan(0.4);
      }),
    );
  });

  it("are drawn in two more colours, as long as they say", () => {
    const image: IndexedImage = {
      width: 200,
      height: 100,
      pixels: new Uint8Array(20000),
      palette: new Uint8Array(6),
    };
    const drawn = drawScaleBar(image, { length: 50, label: "200 µm" });
    expect([...drawn.palette.subarray(6)]).toEqual([0, 0, 0, 255, 255, 255]);
    const rows = shown(drawn.pixels, 200).map((row) => row.match(/3+/g)?.map(({ length }) => length) ?? []);
    expect(rows.filter((runs) => runs.includes(50))).toHaveLength(2);
    expect(image.pixels.every((pixel) => pixel === 0)).toBe(true);
    const small = { ...image, width: 8, height: 8, pixels: new Uint8Array(64) };
    expect(drawScaleBar(small, { length: 2, label: "1 µm" })).toBe(small);
  });
});

it("spots as paths lie where pixels have them", () => {
  const coordinates = squareGrid(2, 2, 10);
  const frame = frameFor(measureSpots(coordinates), 40);
  expect(frame.spotSize).toBe(20);
  expect(spotPaths(frame, coordinates, [0, 1, -1, 0], 3)).toEqual(["m10 10h0m20 20h0", "m30 10h0", ""]);
});

function partsOf(bytes: Uint8Array): { name: string; content: Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const parts: { name: string; content: Uint8Array }[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    parts.push({ name, content: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return parts;
}
