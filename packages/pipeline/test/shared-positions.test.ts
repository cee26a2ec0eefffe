import { buildNeighborGraph, type GraphKind } from "@flashdeconv/graph";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countSharedPositions } from "../src/stages/neighbors/shared-positions.js";

const POINTS = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
  minLength: 1,
  maxLength: 60,
});

describe("spots at one place", () => {
  it.each<GraphKind>(["knn", "radius", "grid"])(
    "are counted from the %s graph as by comparing all",
    (kind) => {
      fc.assert(
        fc.property(
          POINTS,
          fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 60, maxLength: 60 }),
          (points, parts) => {
            const components = Int32Array.from(points, (_, i) => parts[i]);
            const coordinates = {
              dimension: 2,
              values: Float64Array.from(points.flat()),
              components,
            } as const;
            const graph = buildNeighborGraph(coordinates, {
              kind,
              neighborCount: 1,
              ...(kind === "radius" && { radius: 0.5 }),
            });
            const expected = points.filter(([x, y], i) =>
              points.some(([u, v], j) => i !== j && x === u && y === v && parts[i] === parts[j]),
            );
            expect(countSharedPositions(coordinates, graph)).toBe(expected.length);
          },
        ),
      );
    },
  );
});
