import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports what it promises and nothing else", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "BUILT_IN_SOLVERS",
      "DECONVOLVE_DEFAULTS",
      "METHODS",
      "METHOD_NAMES",
      "PLATFORMS",
      "PLUGIN_CALLS",
      "RESULT_DEFAULTS",
      "SPOTS_WORTH_THREADS",
      "SPOT_STATUSES",
      "addResultTable",
      "addResultToStore",
      "betterColumns",
      "checkResultPlace",
      "chooseTogether",
      "deconvolve",
      "deconvolveSections",
      "describeMatch",
      "guardSolver",
      "isSignature",
      "isUninformativeLabel",
      "judgeMatrices",
      "methodsWith",
      "methodsWithOwn",
      "needsSample",
      "planMemory",
      "platformLambda",
      "prepareReference",
      "readSummary",
      "readSummaryParameters",
      "recombineTypes",
      "resolveDeconvolveOptions",
      "resolveResultLayout",
      "resolveSummaryOptions",
      "resultElements",
      "solveSummary",
      "typeNamesOf",
      "wantsNeighbors",
      "writeResultStore",
      "writeSummary",
    ]
  `);
});
