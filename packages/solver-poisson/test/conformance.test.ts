import { buildNnlsWorkspace, type Solver, solveNnls } from "@flashdeconv/solver";
import { testSolver } from "@flashdeconv/solver/testing";
import { poisson, poissonWith } from "@flashdeconv/solver-poisson";
import { describe, expect, it } from "vitest";

describe("testSolver", () => {
  it("passes, with and without overdispersion", async () => {
    await testSolver(poisson);
    await testSolver(poisson, { solverOptions: { overdispersion: 0.5, meanDepth: 4000 } });
  });

  it("passes with a prior on neighbours", async () => {
    await testSolver(poissonWith(ridge));
    await testSolver(poissonWith(ridge), { solverOptions: { strength: 30, overdispersion: 0.2 } });
  });
});

/** A quadratic prior: proportions like those of the neighbours. */
const ridge: Solver<{ readonly strength: number }> = {
  name: "ridge",
  coupling: "neighbors",
  input: "statistics",
  resolveOptions: ({ strength = 5 } = {}) => ({ strength }),
  start({ typeNames, gram }, { strength }) {
    const typeCount = typeNames.length;
    const target = new Float64Array(typeCount);
    const found = new Float64Array(typeCount);
    const work = buildNnlsWorkspace({ gram, target, x: found });
    return {
      statWidth: typeCount + 1,
      settings: { strength },
      summarize: () => {
        throw new Error("The likelihood summarizes.");
      },
      sweep({ spots, statistics, indptr, indices }, abundance) {
        let largestChange = 0;
        for (const spot of spots) {
          const depth = Math.max(1, statistics[spot * (typeCount + 1) + typeCount]);
          const pull = strength / depth;
          for (let k = 0; k < typeCount; k++) target[k] = statistics[spot * (typeCount + 1) + k] / depth;
          for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
            for (let k = 0; k < typeCount; k++) target[k] += pull * abundance[indices[e] * typeCount + k];
          }
          found.set(abundance.subarray(spot * typeCount, (spot + 1) * typeCount));
          const before = found.slice();
          solveNnls(work, pull * (indptr[spot + 1] - indptr[spot]));
          abundance.set(found, spot * typeCount);
          for (let k = 0; k < typeCount; k++) {
            largestChange = Math.max(largestChange, Math.abs(found[k] - before[k]));
          }
        }
        return { largestChange };
      },
    };
  },
};

describe("poissonWith", () => {
  it("hands options on, its own and the prior's, and settings back", () => {
    const solver = poissonWith(ridge);
    const options = solver.resolveOptions({ strength: 7, overdispersion: 0.1 });
    expect(options).toEqual({ strength: 7, overdispersion: 0.1, meanDepth: undefined });
    const reference = {
      typeNames: ["A"],
      width: 1,
      values: Float64Array.of(4),
      gram: Float64Array.of(16),
    };
    const session = solver.start(reference, options, { spotCount: 1, meanDegree: 0 });
    expect(session.settings).toEqual({ strength: 7, overdispersion: 0.1 });
    expect(solver.coupling).toBe("neighbors");
    expect(solver.input).toBe("counts");
  });
});
