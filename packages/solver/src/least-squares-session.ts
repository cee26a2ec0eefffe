import { type Chunk, ShapeError } from "@flashdeconv/core";
import { assessSpots } from "./assess-spots.js";
import { boundGram, deflatedStep } from "./deflated-step.js";
import { buildNnlsWorkspace, solveNnls } from "./exact-nnls.js";
import type { Assessment, SolverReference, SolverSession, StatArray, SweepStats, Tile } from "./solver.js";
import { buildSpotProblem, loadSpot, multiplyOld } from "./spot-problem.js";
import { symmetricEigen } from "./symmetric-eigen.js";

export interface LeastSquaresProblem {
  /** Strength of the graph Laplacian, on the scale of the Gram matrix; 0 for independent spots. */
  readonly lambda: number;
  /** Weight of the sum of abundances, on the scale of the Gram matrix. */
  readonly sparsity: number;
  readonly meanDegree: number;
}

/**
 * Where the shift is this many times the Gram matrix's second greatest eigenvalue, one step on the bound comes within a
 * third of the exact answer, which is as good since the neighbours have not settled either, and costs a fraction of it.
 */
const DEFLATED_FROM = 2;

/**
 * Minimises, over B >= 0,  1/2 |Y - B X|^2 + lambda/2 tr(B'LB) + sparsity sum(B)  from the statistics h = y X' of each
 * spot and the Gram matrix XX'. A sweep sets each spot to its optimum given its neighbours (Gauss-Seidel by spot), or
 * beyond it by the tile's relaxation: an update that lowers the objective for any relaxation below 2.
 */
export function leastSquaresSession(reference: SolverReference, problem: LeastSquaresProblem): SolverSession {
  const typeCount = reference.typeNames.length;
  const { gram } = reference;
  const { lambda, sparsity } = problem;
  const statWidth = typeCount + 1;
  const spotProblem = buildSpotProblem(gram, typeCount, lambda, sparsity);
  const { target, old, product } = spotProblem;
  const updated = new Float64Array(typeCount);
  const work = buildNnlsWorkspace(typeCount);
  const eigen = symmetricEigen(gram, typeCount);
  const smallest = Math.max(0, eigen.values[0]);
  const bound = boundGram(eigen);
  const deflatedShift = bound ? DEFLATED_FROM * bound.rest : Infinity;
  const shift = lambda * problem.meanDegree;

  return {
    statWidth,
    pull: shift > 0 ? shift / smallest : 0,
    settings: { lambda, sparsity },

    summarize(rows: Chunk, out: StatArray): void {
      if (rows.kind !== "dense" || rows.width !== statWidth) {
        throw new ShapeError({
          subject: "least-squares solver",
          found: `${rows.kind} rows of width ${rows.width}`,
          expected: `dense rows of ${statWidth} statistics (one per type and the squared norm)`,
          remedy: 'Feed it from a source of the kind its `input` names ("statistics").',
        });
      }
      out.set(rows.values);
    },

    sweep(tile: Tile, abundance: StatArray): SweepStats {
      const { spots, relaxation } = tile;
      let largestChange = 0;
      for (let index = 0; index < spots.length; index++) {
        const spot = spots[index];
        const shift = loadSpot(spotProblem, tile, abundance, spot);
        for (let k = 0; k < typeCount; k++) updated[k] = old[k];
        if (bound && shift >= deflatedShift) {
          multiplyOld(spotProblem, shift);
          for (let k = 0; k < typeCount; k++) target[k] -= product[k];
          deflatedStep(bound, shift, relaxation, target, updated, product);
        } else {
          if (relaxation !== 1) {
            // Moves the right-hand side so that the exact solution overshoots.
            multiplyOld(spotProblem, shift);
            for (let k = 0; k < typeCount; k++) {
              target[k] = relaxation * target[k] + (1 - relaxation) * product[k];
            }
          }
          solveNnls(work, gram, shift, target, updated);
        }
        let total = 0;
        let oldTotal = 0;
        let change = 0;
        const row = spot * typeCount;
        for (let k = 0; k < typeCount; k++) {
          abundance[row + k] = updated[k];
          total += updated[k];
          oldTotal += old[k];
          const moved = Math.abs(updated[k] - old[k]);
          if (moved > change) change = moved;
        }
        if (change > 0) largestChange = Math.max(largestChange, change / Math.max(total, oldTotal));
      }
      return { largestChange };
    },

    assess(tile: Tile, abundance: StatArray): Assessment {
      return assessSpots(spotProblem, tile, abundance, smallest);
    },
  };
}
