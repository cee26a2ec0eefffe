import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameFor } from "../src/map-frame.js";
import { measureSpots } from "../src/spot-layout.js";
import { hexagons, placesOf, squareGrid } from "./lattices.js";

describe("how spots lie", () => {
  it.each([
    ["a square grid", squareGrid(40, 30, 8), 8, true],
    ["hexagons", hexagons(40, 30, 100), 100, false],
    ["a line", placesOf(Array.from({ length: 50 }, (_, i) => [3 * i, 7])), 3, false],
    [
      "two spots",
      placesOf([
        [0, 0],
        [0, 5],
      ]),
      5,
      false,
    ],
    [
      "a grid with spots twice",
      placesOf([...points(squareGrid(9, 9)), ...points(squareGrid(9, 9))]),
      1,
      true,
    ],
    ["a grid and one far away", placesOf([...points(squareGrid(20, 20)), [1e6, 1e6]]), 1, true],
    [
      "two grids far apart",
      placesOf([...points(squareGrid(20, 20)), ...points(squareGrid(20, 20)).map(([x, y]) => [x + 1e5, y])]),
      1,
      true,
    ],
    ["three dimensions", placesOf(points(squareGrid(9, 9, 2)).map(([x, y], i) => [x, y, i])), 2, true],
  ])("%s", (_, coordinates, pitch, isSquare) => {
    const found = measureSpots(coordinates);
    expect(found.pitch).toBeCloseTo(pitch, 6);
    expect(found.isSquare).toBe(isSquare);
  });

  it.each([
    ["none", placesOf([])],
    ["one", placesOf([[3, 4]])],
    [
      "all in one place",
      placesOf([
        [3, 4],
        [3, 4],
        [3, 4],
      ]),
    ],
  ])("without a distance: %s", (_, coordinates) => {
    const layout = measureSpots(coordinates);
    expect(layout.pitch).toBe(0);
    const frame = frameFor(layout, 500);
    expect([frame.width, frame.height, frame.spotSize]).toEqual([24, 24, 24]);
  });

  it("scattered spots are as wide as their second neighbour is far, in the middle", () => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
    };
    const scattered = placesOf(Array.from({ length: 4000 }, () => [random(), random()]));
    const { pitch, isSquare } = measureSpots(scattered);
    expect(isSquare).toBe(false);
    expect(pitch * Math.sqrt(4000)).toBeGreaterThan(0.3);
    expect(pitch * Math.sqrt(4000)).toBeLessThan(1.2);
  });
});

describe("frames", () => {
  it("give bins whole pixels, as many as fit", () => {
    const frame = frameFor(measureSpots(squareGrid(100, 60, 8)), 500);
    expect(frame).toEqual({
      width: 500,
      height: 300,
      scale: 5 / 8,
      left: -4,
      top: -4,
      spotSize: 5,
      isSquare: true,
    });
    expect(frameFor(measureSpots(squareGrid(1000, 1000, 8)), 1000)).toMatchObject({
      width: 1000,
      spotSize: 1,
    });
    expect(frameFor(measureSpots(squareGrid(1000, 10, 8)), 500)).toMatchObject({
      width: 500,
      height: 5,
      spotSize: 0.5,
    });
  });

  it("hold every spot, whatever the positions", () => {
    const place = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, place), { maxLength: 60 }),
        fc.integer({ min: 1, max: 700 }),
        (given, most) => {
          const frame = frameFor(measureSpots(placesOf(given)), most);
          expect(frame.width).toBeLessThanOrEqual(most);
          expect(frame.height).toBeLessThanOrEqual(most);
          expect(Math.min(frame.width, frame.height)).toBeGreaterThanOrEqual(1);
          for (const [x, y] of given) {
            const [column, row] = [(x - frame.left) * frame.scale, (y - frame.top) * frame.scale];
            expect(column).toBeGreaterThanOrEqual(0);
            expect(column).toBeLessThanOrEqual(frame.width + 1e-6);
            expect(row).toBeGreaterThanOrEqual(0);
            expect(row).toBeLessThanOrEqual(frame.height + 1e-6);
          }
        },
      ),
    );
  });
});

function points({ dimension, values }: ReturnType<typeof placesOf>): number[][] {
  return Array.from({ length: values.length / dimension }, (_, i) => [
    ...values.subarray(i * dimension, (i + 1) * dimension),
  ]);
}
