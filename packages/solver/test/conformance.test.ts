import { describe, expect, it } from "vitest";
import { bcd, nnls, type Solver, type SolverSession } from "../src/index.js";
import { testSolver } from "../src/testing.js";

describe("testSolver", () => {
  it("passes for the built-in solvers", async () => {
    await testSolver(bcd);
    await testSolver(bcd, { solverOptions: { lambda: 0, rho: 0 } });
    await testSolver(bcd, { solverOptions: { lambda: 20 }, pureProportion: 0.7 });
    await testSolver(nnls);
  });

  /** `nnls` with one thing wrong about its sessions. */
  function broken(change: (session: SolverSession) => Partial<SolverSession>): Solver {
    return {
      ...nnls,
      resolveOptions: () => ({ rho: 0.01 }),
      start(reference, options, context) {
        const session = nnls.start(reference, options as { rho: number }, context);
        return { ...session, ...change(session) };
      },
    };
  }

  it.each<[string, RegExp, Solver]>([
    [
      "negative abundance",
      /an abundance is -1/,
      broken((session) => ({
        sweep(tile, abundance) {
          const stats = session.sweep(tile, abundance);
          for (const spot of tile.spots) abundance[spot * 5] = -1;
          return stats;
        },
      })),
    ],
    [
      "the wrong type",
      /spot \d+ holds type \d alone and is given .* testSolver\(solver, \{ pureProportion/,
      broken((session) => ({
        sweep(tile, abundance) {
          const stats = session.sweep(tile, abundance);
          for (const spot of tile.spots) abundance.subarray(spot * 5, spot * 5 + 5).reverse();
          return stats;
        },
      })),
    ],
    [
      "writing the halo",
      /which is not its own/,
      broken((session) => ({
        sweep(tile, abundance) {
          const stats = session.sweep(tile, abundance);
          abundance[tile.indices.length > 0 ? tile.indices[0] * 5 : 0] += 1e-12;
          return stats;
        },
      })),
    ],
    [
      "an answer that depends on what was swept before",
      /other bits/,
      broken((session) => {
        let calls = 0;
        return {
          sweep(tile, abundance) {
            const stats = session.sweep(tile, abundance);
            calls++;
            for (const spot of tile.spots) abundance[spot * 5] += calls * 1e-9;
            return stats;
          },
        };
      }),
    ],
    [
      "options that cannot be cloned",
      /cannot be cloned/,
      { ...nnls, resolveOptions: () => ({ rho: 0, f: () => 0 }) } as Solver,
    ],
  ])("refuses %s", async (_, message, solver) => {
    await expect(testSolver(solver)).rejects.toThrow(message);
  });
});
