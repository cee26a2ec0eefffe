import { CoordinateError, type Coordinates, ShapeError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spatialOrder } from "../src/index.js";
import { coordinatesOf } from "./brute-force.js";
import { layouts } from "./layouts.js";

/** Distances between consecutive spots of the order. */
function steps({ values, dimension }: Coordinates, order: Int32Array): number[] {
  return Array.from(order.subarray(1), (spot, i) =>
    Math.hypot(
      ...Array.from(
        { length: dimension },
        (_, axis) => values[spot * dimension + axis] - values[order[i] * dimension + axis],
      ),
    ),
  );
}

describe.each(Object.entries(layouts))("spots %s", (_, layout) => {
  it("come once each", () => {
    fc.assert(
      fc.property(layout, (coordinates) => {
        const order = spatialOrder(coordinates);
        const spotCount = coordinates.values.length / coordinates.dimension;
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(
          Array.from({ length: spotCount }, (_, i) => i),
        );
      }),
    );
  });
});

it("walks a full square lattice from neighbour to neighbour", () => {
  const lattice = coordinatesOf(Array.from({ length: 1024 }, (_, i) => [i % 32, Math.floor(i / 32)]));
  expect(new Set(steps(lattice, spatialOrder(lattice)))).toEqual(new Set([1]));
});

it("walks a full cubic lattice from neighbour to neighbour", () => {
  const cube = Array.from({ length: 512 }, (_, i) => [i % 8, Math.floor(i / 8) % 8, Math.floor(i / 64)]);
  const lattice = coordinatesOf(cube, 3);
  expect(new Set(steps(lattice, spatialOrder(lattice)))).toEqual(new Set([1]));
});

it("does not depend on the order, position or size of the spots", () => {
  const spots = Array.from({ length: 200 }, (_, i) => [(i * 37) % 101, (i * 53) % 97]);
  const walk = (points: number[][]) =>
    Array.from(spatialOrder(coordinatesOf(points)), (spot) => points[spot]);
  const expected = walk(spots);
  expect(walk(spots.toReversed())).toEqual(expected);
  const moved = spots.map(([x, y]) => [4 * x - 1024, 4 * y + 512]);
  expect(walk(moved)).toEqual(expected.map(([x, y]) => [4 * x - 1024, 4 * y + 512]));
});

it("keeps the order of spots at one place", () => {
  const order = spatialOrder(
    coordinatesOf([
      [9, 9],
      [1, 1],
      [9, 9],
      [1, 1],
      [1, 1],
    ]),
  );
  expect(Array.from(order)).toEqual([1, 3, 4, 0, 2]);
  expect(
    Array.from(
      spatialOrder(
        coordinatesOf([
          [2, 2],
          [2, 2],
          [2, 2],
        ]),
      ),
    ),
  ).toEqual([0, 1, 2]);
});

it("refuses coordinates it cannot use", () => {
  expect(() => spatialOrder(coordinatesOf([]))).toThrow(ShapeError);
  expect(() => spatialOrder(coordinatesOf([[0, Number.NaN]]))).toThrow(CoordinateError);
});

it("keeps close spots together where a far outlier squeezes all others into one bin", () => {
  const lattice = Array.from({ length: 1024 }, (_, i) => [i % 32, Math.floor(i / 32)]);
  const order = spatialOrder(coordinatesOf([...lattice, [1e9, 1e9]]));
  expect(
    new Set(
      steps(
        coordinatesOf(lattice),
        order.filter((spot) => spot < 1024),
      ),
    ),
  ).toEqual(new Set([1]));
});
