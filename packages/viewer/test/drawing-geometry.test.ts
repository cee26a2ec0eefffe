import { placeOf, type TexelFrame } from "@flashdeconv/maps/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PointGround } from "../src/contracts.js";
import {
  clampView,
  fitView,
  type Point,
  panBy,
  pixelAt,
  placeAt,
  type Size,
  zoomAbout,
} from "../src/draw/camera.js";
import { extentOf, middleOf } from "../src/draw/extent.js";
import { pickAt, selectWithin } from "../src/draw/picking.js";
import { isInside } from "../src/draw/selection.js";
import { SpotGrid } from "../src/draw/spot-grid.js";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const size = fc.record({
  width: fc.integer({ min: 1, max: 3000 }),
  height: fc.integer({ min: 1, max: 3000 }),
});
const view = fc.record({ x: number(-1e5, 1e5), y: number(-1e5, 1e5), unitsPerPixel: number(1e-3, 1e3) });
const pixel = fc.tuple(number(-100, 3100), number(-100, 3100));
const place = fc.tuple(number(-60, 60), number(-60, 60));
/** Grids turned any way, also mirrored, also hexagonal. */
const frame = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    turn: number(0, 6.3),
    steps: fc.tuple(number(0.5, 3), number(0.5, 3)),
    isMirrored: fc.boolean(),
    shift: fc.constantFrom(0 as const, 0.5 as const),
    at: place,
  })
  .map(({ width, height, turn, steps: [a, b], isMirrored, shift, at }): TexelFrame => {
    const [cos, sin, down] = [Math.cos(turn), Math.sin(turn), isMirrored ? -b : b];
    return {
      width,
      height,
      shift,
      isLattice: true,
      matrix: [a * cos, -down * sin, at[0], a * sin, down * cos, at[1]],
    };
  });
const points = fc
  .record({
    list: fc.array(fc.tuple(number(-50, 50), number(-50, 50)), { maxLength: 300 }),
    origin: place,
    /** Many lie in one place, or on one line. */
    grain: fc.constantFrom([0.001, 0.001], [20, 20], [1e9, 0.01], [1e9, 1e9]),
    isSquare: fc.boolean(),
  })
  .map(({ list, origin, grain, isSquare }): PointGround => {
    const places = list.flatMap((one) =>
      one.map((value, axis) => Math.round(value / grain[axis]) * grain[axis]),
    );
    return { kind: "points", places: Float32Array.from(places), origin, pitch: 1, isSquare };
  });

describe("the camera", () => {
  it("takes pixels to places and back", () => {
    fc.assert(
      fc.property(view, size, pixel, (from, canvas, at) => {
        const [x, y] = pixelAt(from, canvas, placeAt(from, canvas, at));
        expect(Math.hypot(x - at[0], y - at[1])).toBeLessThan(1e-3);
      }),
    );
  });

  it("has y grow downward", () => {
    const canvas: Size = { width: 10, height: 10 };
    expect(placeAt({ x: 0, y: 0, unitsPerPixel: 2 }, canvas, [5, 8])).toEqual([0, 6]);
  });

  it("zooms about what lies at a pixel, and pans what is seen", () => {
    fc.assert(
      fc.property(view, size, pixel, number(0.1, 10), (from, canvas, at, factor) => {
        const before = placeAt(from, canvas, at);
        const zoomed = zoomAbout(from, canvas, at, factor);
        expect(zoomed.unitsPerPixel * factor).toBeCloseTo(from.unitsPerPixel, 6);
        const after = pixelAt(zoomed, canvas, before);
        expect(Math.hypot(after[0] - at[0], after[1] - at[1])).toBeLessThan(1e-2);
        const panned = pixelAt(panBy(from, [3, -4]), canvas, before);
        expect(Math.hypot(panned[0] - at[0] - 3, panned[1] - at[1] + 4)).toBeLessThan(1e-3);
      }),
    );
  });

  it("shows a section whole, and never loses it", () => {
    fc.assert(
      fc.property(frame, size, view, (of, canvas, wanted) => {
        const extent = extentOf({ kind: "texels", frame: of });
        const whole = fitView(extent, canvas);
        for (const corner of [
          [extent.left, extent.top],
          [extent.right, extent.bottom],
        ] as const) {
          const [x, y] = pixelAt(whole, canvas, corner);
          expect(x >= -1e-6 && x <= canvas.width + 1e-6 && y >= -1e-6 && y <= canvas.height + 1e-6).toBe(
            true,
          );
        }
        const kept = clampView(wanted, extent, canvas);
        expect(kept.x).toBeGreaterThanOrEqual(extent.left);
        expect(kept.x).toBeLessThanOrEqual(extent.right);
        expect(kept.y).toBeGreaterThanOrEqual(extent.top);
        expect(kept.y).toBeLessThanOrEqual(extent.bottom);
        expect(clampView(kept, extent, canvas)).toEqual(kept);
        expect(clampView(whole, extent, canvas)).toEqual(whole);
      }),
    );
  });

  it("makes of a view of no numbers the one that shows all", () => {
    const extent = { left: 0, top: 0, right: 10, bottom: 10, pitch: 1 };
    const canvas: Size = { width: 100, height: 100 };
    const whole = fitView(extent, canvas);
    expect(clampView({ x: Number.NaN, y: Infinity, unitsPerPixel: Number.NaN }, extent, canvas)).toEqual(
      whole,
    );
  });
});

describe("extents", () => {
  const ground = (places: number[], pitch = 2): PointGround => {
    return { kind: "points", places: Float32Array.from(places), origin: [100, 200], pitch, isSquare: true };
  };

  it("hold spots with their widths, and are those of one where there is none", () => {
    expect(extentOf(ground([0, 0, 10, 4]))).toEqual({
      left: 99,
      top: 199,
      right: 111,
      bottom: 205,
      pitch: 2,
    });
    expect(extentOf(ground([Number.NaN, 0, 10, 4]))).toMatchObject({ left: 109, right: 111 });
    expect(extentOf(ground([]))).toEqual({ left: 99, top: 199, right: 101, bottom: 201, pitch: 2 });
    expect(extentOf(ground([3, 3, 3, 3], 0))).toMatchObject({ left: 102.5, right: 103.5, pitch: 1 });
    expect(extentOf(ground([0, 0, 8, 2], Number.NaN)).pitch).toBe(8);
  });

  it("hold the middles of all texels", () => {
    fc.assert(
      fc.property(frame, (of) => {
        const { left, top, right, bottom } = extentOf({ kind: "texels", frame: of });
        for (let texel = 0; texel < of.width * of.height; texel++) {
          const [x, y] = middleOf({ kind: "texels", frame: of }, texel);
          expect(x > left && x < right && y > top && y < bottom).toBe(true);
        }
      }),
    );
  });
});

describe("picking", () => {
  const near = { pitch: 1, unitsPerPixel: 0.1 };
  const always = () => true;

  it("finds the spot that is nearest, as looking at each does", () => {
    fc.assert(
      fc.property(points, place, number(0.001, 30), ({ places }, [x, y], reach) => {
        const distances = Array.from({ length: places.length / 2 }, (_, i) => {
          return (places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2;
        });
        const least = Math.min(...distances);
        const expected = least <= reach * reach ? distances.indexOf(least) : -1;
        expect(new SpotGrid(places).nearest(x, y, reach)).toBe(expected);
      }),
    );
  });

  it("takes 8 bytes a spot, but for a few", () => {
    for (const along of [1, 5, 300, 90_000]) {
      const places = Float32Array.from({ length: 180_000 }, (_, i) => {
        return i % 2 === 0 ? (i / 2) % along : Math.floor(i / 2 / along);
      });
      const grid = new SpotGrid(places);
      expect(grid.order.length).toBe(90_000);
      expect(grid.bytes / 90_000).toBeLessThan(8.1);
    }
  });

  it("has every spot in the runs of all, once, and no spot without a place", () => {
    const places = Float32Array.of(1, 1, Number.NaN, 2, 5, 5, Infinity, 0, 1, 1);
    const grid = new SpotGrid(places);
    expect([...grid.order].sort()).toEqual([0, 2, 4]);
    expect(grid.runsWithin(-9, -9, [9, 9])).toEqual([[0, 3]]);
    expect(grid.runsWithin(60, 60, [90, 90])).toEqual([]);
    expect(new SpotGrid(new Float32Array(0)).nearest(0, 0, 1e9)).toBe(-1);
  });

  it("finds each texel at its middle, and none where no spot lies", () => {
    fc.assert(
      fc.property(frame, fc.nat(), (of, any) => {
        const index = any % (of.width * of.height);
        const [x, y] = placeOf(of, index % of.width, Math.floor(index / of.width));
        const found = { ground: { kind: "texels", frame: of } as const, grid: undefined, isThere: always };
        expect(pickAt(found, [x, y], near)).toEqual({ index, x, y });
        expect(pickAt({ ...found, isThere: () => false }, [x, y], near)).toBeUndefined();
      }),
    );
  });

  it("finds spots within their own width, in units of the positions", () => {
    const ground: PointGround = {
      kind: "points",
      places: Float32Array.of(0, 0, 4, 0),
      origin: [100, 50],
      pitch: 2,
      isSquare: false,
    };
    const found = { ground, grid: new SpotGrid(ground.places), isThere: always };
    expect(pickAt(found, [104.9, 50], { pitch: 2, unitsPerPixel: 0.01 })).toEqual({
      index: 1,
      x: 104,
      y: 50,
    });
    expect(pickAt(found, [105.1, 50], { pitch: 2, unitsPerPixel: 0.01 })).toBeUndefined();
    // From afar, where spots are smaller than a pixel, also beside them.
    expect(pickAt(found, [105.1, 50], { pitch: 2, unitsPerPixel: 1 })?.index).toBe(1);
  });
});

describe("selecting", () => {
  const path = fc.array(place, { minLength: 3, maxLength: 12 });

  it("finds the texels whose middles lie inside, as looking at each does", () => {
    fc.assert(
      fc.property(frame, path, (of, around) => {
        const ground = { kind: "texels", frame: of } as const;
        const isThere = (texel: number) => texel % 3 !== 0;
        const found = new Set(selectWithin({ ground, grid: undefined, isThere }, around));
        for (let texel = 0; texel < of.width * of.height; texel++) {
          const middle = middleOf(ground, texel);
          // On the line itself digits decide.
          if (isNear(around, middle)) continue;
          expect(found.has(texel)).toBe(isThere(texel) && isInside(around, middle));
        }
      }),
    );
  });

  it("finds the spots inside, in rising order, as looking at each does", () => {
    fc.assert(
      fc.property(points, path, (ground, around) => {
        const grid = new SpotGrid(ground.places);
        const found = [...selectWithin({ ground, grid, isThere: () => true }, around)];
        const all = Array.from({ length: ground.places.length / 2 }, (_, i) => i);
        const sure = (i: number) => !isNear(around, middleOf(ground, i));
        expect(found.filter(sure)).toEqual(
          all.filter((i) => sure(i) && isInside(around, middleOf(ground, i))),
        );
      }),
    );
  });

  it("takes what a path goes around twice as well, and nothing for a path of no area", () => {
    const twice: Point[] = [
      [0, 0],
      [9, 0],
      [9, 9],
      [0, 9],
    ];
    expect(isInside([...twice, ...twice], [5, 5])).toBe(true);
    expect(isInside(twice.slice(0, 2), [5, 0])).toBe(false);
    const frame: TexelFrame = { width: 3, height: 3, matrix: [1, 0, 0, 0, 1, 0], shift: 0, isLattice: true };
    const ground = { kind: "texels", frame } as const;
    const of = (around: Point[]) => [
      ...selectWithin({ ground, grid: undefined, isThere: () => true }, around),
    ];
    expect(of([])).toEqual([]);
    expect(of([[1, 1]])).toEqual([]);
    expect(of(twice.map(([x, y]) => [x - 8, y - 8]))).toEqual([0]);
  });

  function isNear(path: readonly Point[], [x, y]: Point): boolean {
    return path.some(([x1, y1], i) => {
      const [x0, y0] = path.at(i - 1) ?? [0, 0];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
      const nearest = Math.min(1, Math.max(0, along));
      return Math.hypot(x - x0 - nearest * dx, y - y0 - nearest * dy) < 1e-6;
    });
  }
});
