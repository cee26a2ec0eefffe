import { allocateHere } from "@flashdeconv/core/internal";
import { describe, expect, it } from "vitest";
import { arrangeLevel } from "../src/internal.js";
import { gridProblem, meanDiagonalOf, solveGrid } from "./grid-problem.js";

const problem = gridProblem({ side: 75, typeCount: 3 });
const { graph, side } = problem;
/** Squares of 5 x 5 spots, one after the other. */
const spatialOrder = Int32Array.from({ length: graph.spotCount }, (_, place) => {
  const square = Math.floor(place / 25);
  const row = 5 * Math.floor(square / (side / 5)) + Math.floor((place % 25) / 5);
  return row * side + 5 * (square % (side / 5)) + (place % 5);
});

describe("arrangeLevel", () => {
  it.each([undefined, spatialOrder])("colours blocks the same with and without coarse rows", (order) => {
    const level = { graph, spatialOrder: order };
    const { coarse, ...withCoarse } = arrangeLevel(level, true, allocateHere);
    const { coarse: none, ...without } = arrangeLevel(level, false, allocateHere);
    expect(coarse?.graph.spotCount).toBe(Math.ceil(graph.spotCount / 16));
    expect(none).toBeUndefined();
    expect(withCoarse).toEqual(without);
  });

  it.each([0.0001, 3])(
    "serves several solves, with the bits of one that arranges itself",
    async (strength) => {
      const lambda = strength * meanDiagonalOf(problem);
      const alone = await solveGrid(problem, lambda, { spatialOrder });
      for (const isCoarse of [true, false]) {
        const arrangement = arrangeLevel({ graph, spatialOrder }, isCoarse, allocateHere);
        for (let solve = 0; solve < 2; solve++) {
          expect(await solveGrid(problem, lambda, { spatialOrder, arrangement })).toEqual(alone);
        }
      }
      expect(alone.coarseRows.length > 0).toBe(strength === 3);
    },
  );
});
