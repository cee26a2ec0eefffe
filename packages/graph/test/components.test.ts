import { CoordinateError, type Coordinates, ShapeError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphByComponent } from "../src/graph-by-component.js";
import { buildNeighborGraph, type GraphOptions, spatialOrder } from "../src/index.js";
import { neighborsOf } from "./brute-force.js";
import { layouts } from "./layouts.js";

const KINDS: Partial<GraphOptions>[] = [
  { kind: "knn", neighborCount: 4 },
  { kind: "radius", radius: 2 },
  { kind: "grid" },
];

/** Spots of a layout, each in one of up to four components with gaps between their numbers. */
const split = (layout: fc.Arbitrary<Coordinates>) =>
  layout.chain((coordinates) =>
    fc
      .array(fc.constantFrom(0, 2, 3, 9), {
        minLength: coordinates.values.length / coordinates.dimension,
        maxLength: coordinates.values.length / coordinates.dimension,
      })
      .map((numbers) => ({ ...coordinates, components: Int32Array.from(numbers) })),
  );

function spotsOf(components: Int32Array, wanted: number): number[] {
  return [...components.keys()].filter((spot) => components[spot] === wanted);
}

function alone({ dimension, values }: Coordinates, spots: readonly number[]): Coordinates {
  const own = spots.flatMap((spot) => [...values.subarray(spot * dimension, (spot + 1) * dimension)]);
  return { dimension, values: Float64Array.from(own) };
}

describe.each(Object.entries(layouts))("components of spots %s", (_, layout) => {
  it.each(KINDS)("have each the neighbours they have alone: $kind", (options) => {
    fc.assert(
      fc.property(split(layout), (coordinates) => {
        const neighbors = neighborsOf(buildNeighborGraph(coordinates, options));
        for (const component of new Set(coordinates.components)) {
          const spots = spotsOf(coordinates.components, component);
          const expected = neighborsOf(buildNeighborGraph(alone(coordinates, spots), options));
          expect(spots.map((spot) => neighbors[spot])).toEqual(
            expected.map((row) => row.map((neighbor) => spots[neighbor])),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it("follow each other in the spatial order", () => {
    fc.assert(
      fc.property(split(layout), (coordinates) => {
        const order = [...spatialOrder(coordinates)];
        expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
        const numbers = order.map((spot) => coordinates.components[spot]);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        for (const component of new Set(numbers)) {
          const spots = spotsOf(coordinates.components, component);
          const own = [...spatialOrder(alone(coordinates, spots))].map((place) => spots[place]);
          expect(order.filter((spot) => coordinates.components[spot] === component)).toEqual(own);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("components", () => {
  const line = { dimension: 2, values: Float64Array.of(0, 0, 1, 0, 2, 0, 3, 0) } as const;

  it("keep spots at one place apart", () => {
    const values = Float64Array.of(0, 0, 0, 0, 1, 0, 1, 0);
    const graph = buildNeighborGraph({ dimension: 2, values, components: Int32Array.of(0, 1, 0, 1) });
    expect(neighborsOf(graph)).toEqual([[2], [3], [0], [1]]);
  });

  it("may be a single one, or have a single spot", () => {
    const one = buildNeighborGraph({ ...line, components: new Int32Array(4) });
    expect(one).toEqual(buildNeighborGraph(line));
    const lonely = buildNeighborGraph(
      { ...line, components: Int32Array.of(1, 1, 0, 1) },
      { neighborCount: 1 },
    );
    expect(neighborsOf(lonely)).toEqual([[1], [0, 3], [], [1]]);
  });

  it("are refused where they do not fit", () => {
    const build = (components: Int32Array) => () => buildNeighborGraph({ ...line, components });
    expect(build(Int32Array.of(0, 1))).toThrow(ShapeError);
    expect(build(Int32Array.of(0, 0, -1, 0))).toThrow(/-1 for spot 2/);
    const values = Float64Array.of(0, 0, 1, 0, 2, Number.NaN, 3, 0);
    const bad = { dimension: 2, values, components: Int32Array.of(0, 1, 1, 0) } as const;
    expect(() => graphByComponent(bad, buildNeighborGraph)).toThrow(CoordinateError);
    expect(() => graphByComponent(bad, buildNeighborGraph)).toThrow(/spot 2/);
  });
});
