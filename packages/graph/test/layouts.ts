import type { Coordinates } from "@flashdeconv/core";
import fc from "fast-check";
import { coordinatesOf } from "./brute-force.js";

const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const small = fc.integer({ min: 0, max: 4 });

function points(axis: fc.Arbitrary<number>, dimension: 2 | 3, maxLength = 70): fc.Arbitrary<Coordinates> {
  const point = fc.tuple(...Array.from({ length: dimension }, () => axis));
  return fc
    .array(point, { minLength: 1, maxLength, size: "max" })
    .map((rows) => coordinatesOf(rows, dimension));
}

/** Arrangements of spots, easy and hard. */
export const layouts: Record<string, fc.Arbitrary<Coordinates>> = {
  random: points(number, 2),
  "random in space": points(number, 3),
  "on a small lattice, with many ties and duplicates": points(small, 2),
  "on a small lattice in space": points(small, 3),
  "at one place or two": points(fc.constantFrom(0, 7), 2),
  "on a line": fc
    .array(number, { minLength: 1, maxLength: 70, size: "max" })
    .map((along) => coordinatesOf(along.map((t) => [t, 2 * t]))),
  "over many orders of magnitude": points(
    fc.tuple(number, fc.integer({ min: -100, max: 100 })).map(([x, exponent]) => x * 10 ** exponent),
    2,
  ),
  "two clusters and a far outlier": fc
    .tuple(points(small, 2, 40), points(fc.integer({ min: 1000, max: 1400 }), 2, 20))
    .map(([a, b]) => ({ dimension: 2, values: Float64Array.of(...a.values, 1e12, -1e12, ...b.values) })),
};
