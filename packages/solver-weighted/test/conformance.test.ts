import { testSolver } from "@flashdeconv/solver/testing";
import { describe, it } from "vitest";
import { weighted } from "../src/index.js";

describe("weighted", () => {
  it.each([[{}], [{ smoothing: 0 }], [{ smoothing: 40 }], [{ smoothing: 500 }]])(
    "keeps the promises of a solver: %o",
    async (solverOptions) => {
      await testSolver(weighted, { solverOptions, pureProportion: 0.85 });
    },
  );
});
