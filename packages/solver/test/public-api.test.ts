import { expect, it } from "vitest";
import * as api from "../src/index.js";
import * as testing from "../src/testing.js";

it("exports what it promises and nothing else", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "SIMILAR",
      "SOLVE_OPTIONS",
      "alikeTypes",
      "allocateHere",
      "arrangeStrips",
      "assessPiece",
      "bcd",
      "buildNnlsWorkspace",
      "coarseLevelBytes",
      "coarseStartBytes",
      "determineGram",
      "inlineRunner",
      "isStatisticsInput",
      "leastWindowBytes",
      "looksAtNeighbors",
      "meanDiagonal",
      "nnls",
      "resolveBySchema",
      "resolvePluginOptions",
      "resolveSolveOptions",
      "roundingError",
      "solve",
      "solveDiagonalNnls",
      "solveNnls",
      "solveStrips",
      "sweepPiece",
      "symmetricEigen",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "testSolver",
    ]
  `);
});
