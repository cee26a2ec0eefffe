import { describe, expect, it } from "vitest";
import { symmetricEigen } from "../src/symmetric-eigen.js";
import {
  type GridOptions,
  gridProblem,
  meanDiagonalOf,
  proportionDifference,
  solveGrid,
} from "./grid-problem.js";
import { slowReference } from "./slow-reference.js";

/** In units of the Gram matrix's mean diagonal: `auto` is about 0.001, the article's 200,000 is about 1.1 on its scale. */
const LAMBDAS = [0, 1e-5, 1e-3, 0.01, 0.1, 1.1];

const PROBLEMS: [string, GridOptions][] = [
  ["5 types", { side: 12, typeCount: 5 }],
  ["20 types, blends of 0.9", { side: 7, typeCount: 20, blend: 0.9 }],
  ["60 types, blends of 0.9", { side: 4, typeCount: 60, blend: 0.9 }],
];

describe.each(PROBLEMS)("%s", (_, options) => {
  const problem = gridProblem(options);
  const { typeCount, gram } = problem;
  const smallest = symmetricEigen(gram, typeCount).values[0];

  it.each(LAMBDAS)("lambda %d x mean diagonal: as close to the optimum as it says", async (share) => {
    const lambda = share * meanDiagonalOf(problem);
    const reference = slowReference(problem, lambda, smallest, 1e-7);
    expect(reference.error).toBeLessThan(1e-7);
    for (const tolerance of [1e-3, 1e-5]) {
      const found = await solveGrid(problem, lambda, { tolerance });
      const error = proportionDifference(found.abundance, reference.abundance, typeCount);
      expect(found.converged).toBe(true);
      expect(error).toBeLessThanOrEqual(tolerance);
      expect(error).toBeLessThanOrEqual(found.assessment!.proportionErrorBound + 1e-6);
    }
  });
});

describe("coarse levels", () => {
  const problem = gridProblem({ side: 40, typeCount: 6 });
  const scale = meanDiagonalOf(problem);

  it("are used for strong smoothing only", async () => {
    expect((await solveGrid(problem, 1e-3 * scale)).coarseRows).toEqual([]);
    expect((await solveGrid(problem, scale)).coarseRows).toEqual([100, 7]);
  });

  it("save sweeps and leave the optimum where it is, whatever order makes them", async () => {
    const tight = await solveGrid(problem, scale, { tolerance: 1e-9 });
    const { spotCount } = problem.graph;
    const scattered = Int32Array.from({ length: spotCount }, (_, i) => (i * 611) % spotCount);
    for (const spatialOrder of [undefined, scattered]) {
      const found = await solveGrid(problem, scale, { spatialOrder });
      expect(found.converged).toBe(true);
      expect(proportionDifference(found.abundance, tight.abundance, 6)).toBeLessThan(1e-3);
    }
  });
});

describe("types that nothing tells apart", () => {
  it.each(LAMBDAS)(
    "lambda %d: the sum over both is right, and the certificate makes no promise",
    async (share) => {
      const problem = gridProblem({ side: 8, typeCount: 4, blend: 1 });
      const lambda = share * meanDiagonalOf(problem);
      const found = await solveGrid(problem, lambda);
      const tight = await solveGrid(problem, lambda, { tolerance: 1e-8 });
      expect(found.converged).toBe(true);
      const pairs = (abundance: Float64Array) =>
        Float64Array.from(
          { length: abundance.length / 2 },
          (_, i) => abundance[2 * i] + abundance[2 * i + 1],
        );
      expect(proportionDifference(pairs(found.abundance), pairs(tight.abundance), 2)).toBeLessThan(1e-3);
      expect(tight.assessment!.objective).toBeLessThanOrEqual(found.assessment!.objective);
      for (const value of found.abundance) expect(Number.isFinite(value) && value >= 0).toBe(true);
    },
  );
});

describe("Float32 abundances", () => {
  const problem = gridProblem({ side: 20, typeCount: 6 });
  const scale = meanDiagonalOf(problem);

  it.each([1e-3, 0.1, 1])(
    "lambda %d: within the tolerance where it says so, and it never goes on for ever",
    async (share) => {
      const exact = await solveGrid(problem, share * scale, { tolerance: 1e-10 });
      for (const tolerance of [1e-3, 1e-4, 1e-12]) {
        const abundance = new Float32Array(exact.abundance.length);
        const found = await solveGrid(problem, share * scale, { abundance, tolerance });
        expect(found.abundance).toBe(abundance);
        const error = proportionDifference(abundance, exact.abundance, 6);
        expect(found.converged).toBe(tolerance > 1e-12);
        expect(found.sweeps).toBeLessThan(2000);
        expect(error).toBeLessThanOrEqual(found.converged ? tolerance : 1e-5);
        expect(found.proportionErrorEstimate).toBeGreaterThan(tolerance === 1e-12 ? error / 10 : 0);
      }
    },
  );

  it("takes statistics of either precision", async () => {
    const exact = await solveGrid(problem, scale);
    const rounded = await solveGrid(problem, scale, { statistics: Float32Array.from(problem.statistics) });
    expect(proportionDifference(rounded.abundance, exact.abundance, 6)).toBeLessThan(1e-5);
  });
});
