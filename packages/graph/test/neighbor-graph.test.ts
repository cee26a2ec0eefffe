import { CoordinateError, OptionError, ShapeError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGridGraph } from "../src/grid-graph.js";
import { buildNeighborGraph, meanDegree, resolveGraphOptions } from "../src/index.js";
import { GRAPH_OPTIONS } from "../src/internal.js";
import { buildKnnGraph } from "../src/knn-graph.js";
import { buildRadiusGraph } from "../src/radius-graph.js";
import { bruteGrid, bruteKnn, bruteRadius, coordinatesOf, neighborsOf } from "./brute-force.js";
import { layouts } from "./layouts.js";

describe.each(Object.entries(layouts))("spots %s", (_, layout) => {
  it("have the nearest neighbours that a search of all pairs finds", () => {
    fc.assert(
      fc.property(layout, fc.integer({ min: 1, max: 12 }), (coordinates, neighborCount) => {
        const graph = buildKnnGraph(coordinates, { neighborCount });
        expect(neighborsOf(graph)).toEqual(bruteKnn(coordinates, neighborCount));
      }),
    );
  });

  it("have the neighbours within a radius that a search of all pairs finds", () => {
    // Whole numbers hit distances on the lattices exactly.
    const radius = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.double({ min: 1e-3, max: 1e3, noNaN: true }));
    fc.assert(
      fc.property(layout, radius, (coordinates, radius) => {
        const graph = buildRadiusGraph(coordinates, { radius });
        expect(neighborsOf(graph)).toEqual(bruteRadius(coordinates, radius));
      }),
    );
  });

  it("have the grid neighbours that a search of all pairs finds", () => {
    fc.assert(
      fc.property(layout, (coordinates) => {
        fc.pre(coordinates.values.length > coordinates.dimension);
        expect(neighborsOf(buildGridGraph(coordinates))).toEqual(bruteGrid(coordinates));
      }),
    );
  });
});

describe("small cases", () => {
  const square = coordinatesOf([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]);

  it("takes the lower index of equally near spots", () => {
    // Spot 0 is as near to 1 as to 2, and so on around the square: 3 takes 1, and 2 takes 0.
    expect(neighborsOf(buildKnnGraph(square, { neighborCount: 1 }))).toEqual([[1, 2], [0, 3], [0], [1]]);
  });

  it("has a hub where all spots share one place", () => {
    const graph = buildKnnGraph(
      coordinatesOf([
        [3, 4],
        [3, 4],
        [3, 4],
        [3, 4],
      ]),
      { neighborCount: 1 },
    );
    expect(neighborsOf(graph)).toEqual([[1, 2, 3], [0], [0], [0]]);
  });

  it("takes a k beyond the other spots as all of them", () => {
    const all = [
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3],
      [0, 1, 2],
    ];
    expect(neighborsOf(buildKnnGraph(square, { neighborCount: 6 }))).toEqual(all);
    expect(neighborsOf(buildKnnGraph(square))).toEqual(all);
  });

  it("knows the spots around one on square and hexagonal arrays", () => {
    const grid = Array.from({ length: 49 }, (_, i) => [i % 7, Math.floor(i / 7)]);
    expect(neighborsOf(buildGridGraph(coordinatesOf(grid)))[24]).toEqual([16, 17, 18, 23, 25, 30, 31, 32]);
    const hexagonal = grid.map(([x, y]) => [x + (y % 2) / 2, (y * Math.sqrt(3)) / 2]);
    expect(neighborsOf(buildGridGraph(coordinatesOf(hexagonal)))[24]).toHaveLength(6);
  });

  it("is right where each spot is half as far again as the last, the hardest case for the tree", () => {
    const far = coordinatesOf(Array.from({ length: 512 }, (_, i) => [1.5 ** i, 0]));
    expect(neighborsOf(buildKnnGraph(far, { neighborCount: 3 }))).toEqual(bruteKnn(far, 3));
  });

  it("leaves a single spot alone", () => {
    const one = coordinatesOf([[1, 2, 3]], 3);
    for (const graph of [buildKnnGraph(one), buildGridGraph(one), buildRadiusGraph(one, { radius: 1 })]) {
      expect(graph).toEqual({ spotCount: 1, indptr: Int32Array.of(0, 0), indices: new Int32Array(0) });
      expect(meanDegree(graph)).toBe(0);
    }
  });

  it("has the mean degree over all spots", () => {
    expect(meanDegree(buildKnnGraph(square, { neighborCount: 1 }))).toBe(6 / 4);
  });

  it("leaves the coordinates as they are", () => {
    const before = square.values.slice();
    buildKnnGraph(square);
    expect(square.values).toEqual(before);
  });
});

describe("buildNeighborGraph", () => {
  const { values } = coordinatesOf(Array.from({ length: 60 }, (_, i) => [(i * 7) % 11, (i * 5) % 13]));
  const coordinates = { dimension: 2 as const, values };

  it("builds the kind it is asked for, six nearest neighbours by default", () => {
    expect(buildNeighborGraph(coordinates)).toEqual(buildKnnGraph(coordinates, { neighborCount: 6 }));
    expect(buildNeighborGraph(coordinates, { neighborCount: 3 })).toEqual(
      buildKnnGraph(coordinates, { neighborCount: 3 }),
    );
    expect(buildNeighborGraph(coordinates, { kind: "radius", radius: 2 })).toEqual(
      buildRadiusGraph(coordinates, { radius: 2 }),
    );
    expect(buildNeighborGraph(coordinates, { kind: "grid" })).toEqual(buildGridGraph(coordinates));
  });

  it("fills in the defaults", () => {
    expect(resolveGraphOptions()).toEqual({ kind: "knn", neighborCount: 6, maxEdges: 2 ** 30 });
    expect(resolveGraphOptions({ kind: "radius", radius: 3 }).radius).toBe(3);
    expect(Object.isFrozen(GRAPH_OPTIONS)).toBe(true);
  });

  it.each([
    { kind: "ring" as "knn" },
    { neighborCount: 0 },
    { neighborCount: 1.5 },
    { kind: "radius" as const },
    { kind: "radius" as const, radius: 0 },
    { radius: Number.POSITIVE_INFINITY },
    { radius: Number.NaN },
    { maxEdges: -1 },
    { maxEdges: 2 ** 31 },
  ])("refuses %o", (options) => {
    expect(() => resolveGraphOptions(options)).toThrow(OptionError);
    expect(() => buildNeighborGraph(coordinates, options)).toThrow(OptionError);
  });

  it("refuses coordinates it cannot use, and names the spot", () => {
    expect(() => buildNeighborGraph({ dimension: 2, values: new Float64Array(0) })).toThrow(ShapeError);
    expect(() => buildNeighborGraph({ dimension: 2, values: new Float64Array(3) })).toThrow(ShapeError);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1e200]) {
      const build = () =>
        buildNeighborGraph(
          coordinatesOf(
            [
              [0, 0, 0],
              [0, value, 0],
            ],
            3,
          ),
        );
      expect(build).toThrow(CoordinateError);
      expect(build).toThrow("spot 1");
    }
  });
});

describe("too many edges", () => {
  const spotCount = 100_000;
  const onePlace = { dimension: 2 as const, values: new Float64Array(2 * spotCount).fill(5) };

  it("are refused with the number to expect and a smaller radius", () => {
    const line = coordinatesOf(Array.from({ length: 1000 }, (_, i) => [i, 0]));
    const build = () => buildRadiusGraph(line, { radius: 50, maxEdges: 10_000 });
    expect(build).toThrow(OptionError);
    expect(build).toThrow(/at most 10000 entries \(this one gives about \d/);
    expect(build).toThrow("Try a radius of");
    expect(meanDegree(buildRadiusGraph(line, { radius: 4.5, maxEdges: 10_000 }))).toBeCloseTo(8, 1);
  });

  it("are refused at once where all spots share one place", () => {
    expect(() => buildRadiusGraph(onePlace, { radius: 1 })).toThrow("about 1.0e+10");
    expect(() => buildGridGraph(onePlace)).toThrow('choose the kind "knn"');
  });

  it("may be just the limit", () => {
    const three = coordinatesOf([
      [0, 0],
      [1, 0],
      [9, 0],
    ]);
    expect(buildRadiusGraph(three, { radius: 1, maxEdges: 2 }).indices).toHaveLength(2);
    expect(() => buildRadiusGraph(three, { radius: 1, maxEdges: 1 })).toThrow(OptionError);
  });

  it("do not arise from nearest neighbours: all spots at one place have the lowest as theirs", () => {
    const graph = buildKnnGraph(onePlace, { neighborCount: 2 });
    expect(meanDegree(graph)).toBeCloseTo(4, 3);
    expect(graph.indptr[1]).toBe(spotCount - 1);
    expect(Array.from(graph.indices.subarray(-2))).toEqual([0, 1]);
  });
});
