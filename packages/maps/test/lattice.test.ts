import type { Coordinates } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLattice, type Lattice, placeOf, texelAt } from "../src/internal.js";
import { hexagons, placesOf, squareGrid } from "./lattices.js";

const places = ({ dimension, values }: Coordinates) =>
  Array.from({ length: values.length / dimension }, (_, i) => [
    values[i * dimension],
    values[i * dimension + 1],
  ]);

function turned(coordinates: Coordinates, angle: number, [left, top] = [0, 0]): Coordinates {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return placesOf(places(coordinates).map(([x, y]) => [c * x - s * y + left, s * x + c * y + top]));
}

/** The spots that `keep` says. */
function some(coordinates: Coordinates, keep: (i: number) => boolean): Coordinates {
  return placesOf(places(coordinates).filter((_, i) => keep(i)));
}

/** Numbers below 1, the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
  };
}

/** Each spot lies on its texel, at most so far from its middle, in texels along and down. */
function expectPlaces({ frame, texels }: Lattice, coordinates: Coordinates, most: number): void {
  const size = Math.hypot(frame.matrix[0], frame.matrix[3]) + Math.hypot(frame.matrix[1], frame.matrix[4]);
  const wrong = places(coordinates).filter(([x, y], spot) => {
    const [atX, atY] = placeOf(frame, texels[spot] % frame.width, Math.floor(texels[spot] / frame.width));
    return !(Math.hypot(x - atX, y - atY) <= most * size) || texelAt(frame, x, y) !== texels[spot];
  });
  expect(wrong).toEqual([]);
}

describe("spots on a lattice", () => {
  it.each([
    ["square", squareGrid(40, 30, 8), [40, 30], 0],
    ["hexagonal", hexagons(40, 30, 100), [40, 30], 0.5],
    ["wide bins", placesOf(places(squareGrid(40, 30)).map(([x, y]) => [2 * x, y])), [40, 30], 0],
    [
      "three spots, far and near",
      placesOf([
        [0, 2],
        [7, 0],
        [0, 0],
      ]),
      [2, 2],
      0,
    ],
    ["one row", squareGrid(40, 1, 3), [40, 1], 0],
    ["one column", squareGrid(1, 40, 3), [1, 40], 0],
    [
      "two spots",
      placesOf([
        [0, 0],
        [0, 5],
      ]),
      [1, 2],
      0,
    ],
    ["one spot", placesOf([[7, 5]]), [1, 1], 0],
    ["three dimensions", placesOf(places(squareGrid(9, 7)).map(([x, y], i) => [x, y, i])), [9, 7], 0],
    ["far from 0", turned(squareGrid(40, 30), 0, [1e9, -1e9]), [40, 30], 0],
    ["tiny", squareGrid(40, 30, 1e-90), [40, 30], 0],
    ["huge", squareGrid(40, 30, 1e90), [40, 30], 0],
  ])("%s", (_, coordinates, size, shift) => {
    const lattice = findLattice(coordinates);
    expect([lattice.frame.width, lattice.frame.height]).toEqual(size);
    expect(lattice.frame).toMatchObject({ shift, isLattice: true });
    expectPlaces(lattice, coordinates, 1e-6);
  });

  it("turned any way, with bins missing and rounded positions, has a texel for each of its bins", () => {
    const grids = fc.record({
      columns: fc.integer({ min: 8, max: 60 }),
      rows: fc.integer({ min: 8, max: 60 }),
      pitch: fc.double({ min: 0.01, max: 300, noNaN: true }),
      angle: fc.double({ min: -3, max: 3, noNaN: true }),
      isHexagonal: fc.boolean(),
      kept: fc.double({ min: 0.5, max: 1, noNaN: true }),
      noise: fc.constantFrom(0, 1e-6, 0.02),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(grids, ({ columns, rows, pitch, angle, isHexagonal, kept, noise, seed }) => {
        const random = numbers(seed);
        const whole = (isHexagonal ? hexagons : squareGrid)(columns, rows, pitch);
        const coordinates = placesOf(
          places(some(turned(whole, angle, [50, -20]), () => random() < kept)).map(([x, y]) => [
            x + noise * pitch * (random() - 0.5),
            y + noise * pitch * (random() - 0.5),
          ]),
        );
        const lattice = findLattice(coordinates);
        expect(lattice.frame).toMatchObject({ shift: isHexagonal ? 0.5 : 0, isLattice: true });
        expectPlaces(lattice, coordinates, noise + 1e-6);
        expect(new Set(lattice.texels).size).toBe(lattice.texels.length);
      }),
      { numRuns: 60 },
    );
  });

  it("a million bins of a turned grid in pixels have texels of their own", () => {
    const random = numbers(5);
    const [c, s] = [29.3 * Math.cos(0.02), 29.3 * Math.sin(0.02)];
    const values = new Float64Array(2_000_000);
    for (let i = 0; i < 1_000_000; i++) {
      const [column, row] = [i % 1000, Math.floor(i / 1000)];
      values[2 * i] = c * column - s * row + 1234.5 + random();
      values[2 * i + 1] = s * column + c * row + 99.25 + random();
    }
    const { frame, texels } = findLattice({ dimension: 2, values });
    expect(frame).toMatchObject({ width: 1000, height: 1000, shift: 0, isLattice: true });
    expect(texels.every((texel, spot) => texel === spot)).toBe(true);
  });

  it("has rows along the axis that its neighbours lie along", () => {
    const hexagonal = hexagons(20, 13, 10);
    const { frame } = findLattice(turned(hexagonal, Math.PI / 2));
    expect(frame).toMatchObject({ width: 20, height: 13, shift: 0.5 });
    const [along, down] = [
      [frame.matrix[0], frame.matrix[3]],
      [frame.matrix[1], frame.matrix[4]],
    ];
    expect(along[0]).toBeCloseTo(0, 6);
    expect(along[1]).toBeCloseTo(10, 6);
    expect(down[0]).toBeCloseTo(10 * Math.sqrt(0.75), 6);
    expect(down[1]).toBeCloseTo(0, 6);
    // A quarter turn of squares gives the same rows.
    for (const angle of [0.3, 0.3 + Math.PI / 2, 0.3 + Math.PI, 0.3 - Math.PI / 2]) {
      const [m0, m1, , m3, m4] = findLattice(turned(squareGrid(12, 12, 10), angle)).frame.matrix;
      expect(m0).toBeCloseTo(10 * Math.cos(0.3), 6);
      expect(m3).toBeCloseTo(10 * Math.sin(0.3), 6);
      expect(m1).toBeCloseTo(-m3, 6);
      expect(m4).toBeCloseTo(m0, 6);
    }
  });

  it("with a few spots astray is still one", () => {
    const coordinates = placesOf([...places(squareGrid(40, 30, 8)), [8.4 * 8, -2.3 * 8], [52 * 8, 3.5 * 8]]);
    const lattice = findLattice(coordinates);
    expect(lattice.frame).toMatchObject({ isLattice: true, width: 53, height: 32 });
    expectPlaces(lattice, coordinates, 0.3);
  });
});

describe("spots on no lattice, or twice on it", () => {
  it("shares texels where several spots lie in one place", () => {
    const twice = placesOf([...places(hexagons(9, 9)), ...places(hexagons(9, 9))]);
    const lattice = findLattice(twice);
    expect(lattice.frame).toMatchObject({ width: 9, height: 9, shift: 0.5, isLattice: false });
    expect(lattice.texels.slice(0, 81)).toEqual(lattice.texels.slice(81));
    const all = findLattice(placesOf(Array.from({ length: 30 }, () => [3, 4])));
    expect(all.frame).toMatchObject({ width: 1, height: 1, isLattice: false });
    expect(all.texels).toEqual(new Int32Array(30));
  });

  it("takes texels along the axes, a pitch wide", () => {
    const random = numbers(1);
    const scattered = placesOf(Array.from({ length: 4000 }, () => [random() * 100, random() * 50]));
    const sections = placesOf([
      ...places(squareGrid(30, 30)),
      ...places(turned(squareGrid(30, 30), 0.2, [60.37, 0])),
    ]);
    for (const coordinates of [scattered, sections]) {
      const lattice = findLattice(coordinates);
      const { matrix, isLattice, shift } = lattice.frame;
      expect({ isLattice, shift }).toEqual({ isLattice: false, shift: 0 });
      expect([matrix[0], matrix[1], matrix[3]]).toEqual([matrix[4], 0, 0]);
      expectPlaces(lattice, coordinates, 0.5);
    }
    expect(findLattice(sections).frame.matrix[0]).toBeCloseTo(1, 6);
  });

  it("keeps within the largest picture", () => {
    const long = findLattice(squareGrid(10_000, 2));
    expect(long.frame).toMatchObject({ width: 5000, height: 1, isLattice: false });
    expectPlaces(long, squareGrid(10_000, 2), 0.5);
    const apart = placesOf([...places(squareGrid(20, 20)), [3000, 3000]]);
    const { frame } = findLattice(apart);
    expect(frame.width * frame.height).toBeLessThanOrEqual(16 * 401 + 65_536);
    expectPlaces(findLattice(apart), apart, 0.5);
  });

  it("puts every spot on a texel that lies in the picture, whatever the positions", () => {
    const place = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -9, max: 9 }),
      fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
    );
    const lists = (maxLength: number) => fc.array(fc.tuple(place, place), { maxLength });
    fc.assert(
      fc.property(fc.oneof(lists(60), lists(4)), (given) => {
        const { frame, texels } = findLattice(placesOf(given));
        expect(texels.length).toBe(given.length);
        expect(frame.width * frame.height).toBeLessThanOrEqual(16 * given.length + 65_536);
        expect(Math.max(frame.width, frame.height)).toBeLessThanOrEqual(8192);
        expect(texels.every((texel) => texel >= 0 && texel < frame.width * frame.height)).toBe(true);
        expect(frame.matrix.every(Number.isFinite)).toBe(true);
        if (frame.isLattice) expect(new Set(texels).size).toBe(given.length);
      }),
    );
  });

  it("leaves out a spot that lies nowhere", () => {
    const { frame, texels } = findLattice(placesOf([...places(squareGrid(6, 6)), [Number.NaN, 3]]));
    expect(frame).toMatchObject({ width: 6, height: 6, isLattice: true });
    expect(texels[36]).toBe(-1);
  });
});
