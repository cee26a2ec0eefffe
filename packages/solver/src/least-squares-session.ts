import { type Chunk, ShapeError } from "@flashdeconv/core";
import { chooseKernel, type SharedArena, spotSweepKernel } from "@flashdeconv/kernels";
import { assessSpots } from "./assess-spots.js";
import { boundGram } from "./deflated-bound.js";
import { determineGram } from "./determined-gram.js";
import type { Assessment, SolverReference, SolverSession, StatArray, SweepStats, Tile } from "./solver.js";
import { buildSpotProblem } from "./spot-problem.js";
import { buildSpotSweeper, sweepSpots } from "./sweep-spots.js";

export interface LeastSquaresProblem {
  /** Strength of the graph Laplacian, on the scale of the Gram matrix; 0 for independent spots. */
  readonly lambda: number;
  /** Weight of the sum of abundances, on the scale of the Gram matrix. */
  readonly sparsity: number;
  readonly meanDegree: number;
  /** Where tiles' arrays may lie; a WebAssembly kernel works on those that do. */
  readonly arena?: SharedArena;
}

/**
 * Where the shift is this many times the Gram matrix's second greatest eigenvalue, one step on the bound comes within a
 * third of the exact answer, which is as good since the neighbours have not settled either, and costs a fraction of it.
 */
const DEFLATED_FROM = 2;

/**
 * Minimises, over B >= 0,  1/2 |Y - B X|^2 + lambda/2 tr(B'LB) + sparsity sum(B)  from the statistics h = y X' of each
 * spot and the Gram matrix XX'. A sweep sets each spot to its optimum given its neighbours (Gauss-Seidel by spot), or
 * beyond it by the tile's relaxation: an update that lowers the objective for any relaxation below 2. Where the data leave
 * several answers, see `determineGram`.
 */
export function leastSquaresSession(reference: SolverReference, problem: LeastSquaresProblem): SolverSession {
  const typeCount = reference.typeNames.length;
  const { lambda, sparsity } = problem;
  const statWidth = typeCount + 1;
  const shift = lambda * problem.meanDegree;
  const { gram, eigen, smallest, conditioning } = determineGram(reference.gram, typeCount, shift);
  const spotProblem = buildSpotProblem(gram, typeCount, lambda, sparsity);
  const bound = boundGram(eigen);
  const deflatedShift = bound ? DEFLATED_FROM * bound.rest : Number.POSITIVE_INFINITY;
  const sweeper = buildSpotSweeper(spotProblem, bound, deflatedShift);
  const { arena } = problem;
  const kernel =
    arena &&
    chooseKernel("auto", () =>
      spotSweepKernel(arena, { typeCount, gram, lambda, sparsity, smallest, bound, deflatedShift }),
    );

  return {
    statWidth,
    pull: shift > 0 ? shift / smallest : 0,
    conditioning,
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
      return {
        largestChange: kernel?.sweepSpots(tile, abundance) ?? sweepSpots(sweeper, tile, abundance),
      };
    },

    assess(tile: Tile, abundance: StatArray): Assessment {
      return kernel?.assessSpots(tile, abundance) ?? assessSpots(spotProblem, tile, abundance, smallest);
    },
  };
}
