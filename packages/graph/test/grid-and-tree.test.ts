import type { Coordinates } from "@flashdeconv/core";
import { allocateShared } from "@flashdeconv/core/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchGrid } from "../src/grid-neighbors.js";
import { gridRadiusGraph } from "../src/grid-radius-graph.js";
import { buildNeighborGraph } from "../src/index.js";
import { buildNeighborSearch, joinNeighbors, searchByTree, searchRange } from "../src/internal.js";
import { buildKnnGraph } from "../src/knn-graph.js";
import { squaredDistance } from "../src/places.js";
import { treeRadiusGraph } from "../src/radius-graph.js";
import { buildSpatialTree } from "../src/spatial-tree.js";
import { buildSpotGrid } from "../src/spot-grid.js";
import { searchTree } from "../src/tree-neighbors.js";
import { layouts } from "./layouts.js";

/** The lists of the grid and of the tree, by spot; the former undefined where there is no fit grid. */
function bothLists(coordinates: Coordinates, neighborCount: number, spotsPerBin: number) {
  const spotCount = coordinates.values.length / coordinates.dimension;
  const all = { start: 0, end: spotCount };
  const byTree = new Int32Array(spotCount * neighborCount);
  searchTree(buildSpatialTree(coordinates), all, { neighborCount, neighbors: byTree });
  const grid = buildSpotGrid(coordinates, spotsPerBin);
  if (!grid) return { byTree, byGrid: undefined };
  const byGrid = new Int32Array(spotCount * neighborCount);
  searchGrid(grid, all, { neighborCount, neighbors: byGrid }, Number.POSITIVE_INFINITY);
  return { byTree, byGrid };
}

describe.each(Object.entries(layouts))("spots %s", (_, layout) => {
  it("have the same lists by grid and by tree, whatever the size of the bins", () => {
    const spotsPerBin = fc.constantFrom(0.5, 1, 2, 5, 20);
    fc.assert(
      fc.property(layout, fc.integer({ min: 1, max: 12 }), spotsPerBin, (coordinates, k, perBin) => {
        fc.pre(coordinates.values.length > coordinates.dimension);
        const neighborCount = Math.min(k, coordinates.values.length / coordinates.dimension - 1);
        const { byGrid, byTree } = bothLists(coordinates, neighborCount, perBin);
        if (byGrid) expect(byGrid).toEqual(byTree);
      }),
    );
  });

  it("have the same neighbours within a radius by grid and by tree", () => {
    fc.assert(
      fc.property(layout, fc.double({ min: 0, max: 12, noNaN: true }), (coordinates, radiusInBins) => {
        const grid = buildSpotGrid(coordinates, 2);
        if (!grid) return;
        const radius = radiusInBins * grid.binSize;
        const byGrid = gridRadiusGraph(grid, radius, () => {});
        expect(byGrid).toEqual(treeRadiusGraph(buildSpatialTree(coordinates), radius, 2 ** 30, "radius"));
      }),
    );
  });
});

/** Some thousand spots from a fixed stream of numbers in 0 .. 1. */
function scattered(point: (next: () => number, spot: number) => number[], spotCount = 6000): Coordinates {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const rows = Array.from({ length: spotCount }, (_, spot) => point(next, spot));
  return { dimension: rows[0].length === 3 ? 3 : 2, values: Float64Array.from(rows.flat()) };
}

describe("which one runs", () => {
  const even: Record<string, Coordinates> = {
    "at random": scattered((next) => [next(), next()]),
    "at random in space": scattered((next) => [next(), next(), next()]),
    "on a square lattice": scattered((_, spot) => [spot % 80, Math.floor(spot / 80)]),
    "on a rotated lattice": scattered((_, spot) => {
      const [column, row] = [spot % 80, Math.floor(spot / 80)];
      return [0.96 * column - 0.28 * row, 0.28 * column + 0.96 * row];
    }),
    "in three thin layers": scattered((next) => [100 * next(), 100 * next(), Math.floor(3 * next()) / 10]),
    "along an axis": scattered((next) => [next(), 3]),
    "in a ring": scattered((next) => {
      const [angle, radius] = [6.28 * next(), 4 + next()];
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
  };
  const uneven: Record<string, Coordinates> = {
    "at one place": scattered(() => [1, 2]),
    "on a slanted line": scattered((_, spot) => [Math.sqrt(spot), 2 * Math.sqrt(spot)]),
    "in clusters of very different density": scattered((next, spot) => [
      (spot % 5) * 1e4 + next() * 10 ** (spot % 5),
      next() * 10 ** (spot % 5),
    ]),
    "but one, which is far away": scattered((next, spot) => (spot === 0 ? [1e9, 1e9] : [next(), next()])),
    "so close that squares vanish": scattered((next) => [1e-170 * next(), 1e-170 * next()]),
  };

  it.each(Object.keys(even))("is the grid for spots %s", (name) => {
    const { byGrid, byTree } = bothLists(even[name], 6, 2);
    expect(byGrid).toBeDefined();
    expect(byGrid).toEqual(byTree);
  });

  it.each(Object.keys(uneven))("is the tree for spots %s", (name) => {
    expect(buildSpotGrid(uneven[name], 2)).toBeUndefined();
    expect(buildNeighborGraph(uneven[name]).spotCount).toBe(6000);
  });

  it("tells when the grid's search takes too many steps, and the tree then finds the same", () => {
    const search = buildNeighborSearch(even["at random"]);
    const all = { start: 0, end: search.spotCount };
    expect(search.places).toHaveProperty("binStart");
    expect(searchRange({ ...search, stepLimit: 0 }, all).steps).toBeGreaterThan(0);
    expect(searchRange(search, all).steps).toBeLessThan(search.stepLimit);
    const byGrid = search.neighbors.slice();
    const byTree = searchByTree(search);
    expect(searchRange(byTree, all).steps).toBe(0);
    expect(byTree.neighbors).toEqual(byGrid);
  });
});

describe("a search in ranges", () => {
  it.each(Object.entries(layouts))("gives the same graph however spots %s are cut", (_, layout) => {
    fc.assert(
      fc.property(
        layout,
        fc.array(fc.nat(), { maxLength: 5 }),
        fc.boolean(),
        (coordinates, seeds, takesOver) => {
          fc.pre(coordinates.values.length > coordinates.dimension);
          const whole = buildKnnGraph(coordinates);
          const sharedCount = countShared(coordinates);
          const own = { ...coordinates, values: coordinates.values.slice() };
          let search = buildNeighborSearch(own, { takesOver }, allocateShared);
          expect(search.places.points === own.values).toBe(takesOver);
          if (!takesOver) expect(own.values).toEqual(coordinates.values);
          const cuts = [0, search.spotCount, ...seeds.map((seed) => seed % search.spotCount)].sort(
            (a, b) => a - b,
          );
          const run = () => {
            const sum = { steps: 0, sharedCount: 0 };
            for (let i = cuts.length - 1; i > 0; i--) {
              const found = searchRange(search, { start: cuts[i - 1], end: cuts[i] });
              sum.steps += found.steps;
              sum.sharedCount += found.sharedCount;
            }
            return sum;
          };
          let found = run();
          if (found.steps > search.stepLimit) {
            search = searchByTree(search);
            found = run();
          }
          expect(found.sharedCount).toBe(sharedCount);
          const { indptr, indices } = joinNeighbors(search);
          expect(indptr).toEqual(whole.indptr);
          expect(Array.from(indices)).toEqual(Array.from(whole.indices));
        },
      ),
    );
  });
});

/** Spots at a distance of 0 from another. */
function countShared({ dimension, values: points }: Coordinates): number {
  const spots = Array.from({ length: points.length / dimension }, (_, spot) => spot);
  return spots.filter((a) => spots.some((b) => a !== b && squaredDistance({ points, dimension }, a, b) === 0))
    .length;
}
