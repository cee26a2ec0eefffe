import type { DeflatedBound, TauSearch } from "./deflated-bound.js";
import { deflatedStep } from "./deflated-step.js";
import { buildNnlsWorkspace, type NnlsWorkspace, solveNnls } from "./exact-nnls.js";
import type { StatArray, Tile } from "./solver.js";
import { loadSpot, multiplyOld, type SpotProblem } from "./spot-problem.js";

/** A least-squares problem with the scratch memory that a sweep needs. One per thread. */
export interface SpotSweeper {
  readonly problem: SpotProblem;
  readonly bound: DeflatedBound | undefined;
  readonly search: TauSearch | undefined;
  /** From this shift on one step on the bound takes the place of the exact answer. */
  readonly deflatedShift: number;
  readonly updated: Float64Array;
  readonly work: NnlsWorkspace;
}

export function buildSpotSweeper(
  problem: SpotProblem,
  bound: DeflatedBound | undefined,
  deflatedShift: number,
): SpotSweeper {
  const typeCount = problem.target.length;
  const updated = new Float64Array(typeCount);
  const search = bound && { direction: bound.direction, leaning: bound.direction, target: problem.product };
  return { problem, bound, search, deflatedShift, updated, work: buildNnlsWorkspace(typeCount) };
}

/**
 * Updates the tile's spots in place and returns the largest change. The twin of the kernel of the same name
 * (packages/kernels/assembly/spot-sweep.ts): every operation, in this order, is made there too, so that both give the same bits.
 */
export function sweepSpots(sweeper: SpotSweeper, tile: Tile, abundance: StatArray): number {
  const { problem, bound, search, deflatedShift, updated, work } = sweeper;
  const { gram, target, old, product } = problem;
  const { spots, relaxation } = tile;
  const typeCount = updated.length;
  let largestChange = 0;
  for (let index = 0; index < spots.length; index++) {
    const spot = spots[index];
    const shift = loadSpot(problem, tile, abundance, spot);
    for (let k = 0; k < typeCount; k++) updated[k] = old[k];
    if (bound && search && shift >= deflatedShift) {
      multiplyOld(problem, shift);
      for (let k = 0; k < typeCount; k++) target[k] -= product[k];
      deflatedStep(bound, shift, relaxation, target, updated, search);
    } else {
      if (relaxation !== 1) {
        // Moves the right-hand side so that the exact solution overshoots.
        multiplyOld(problem, shift);
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
  return largestChange;
}
