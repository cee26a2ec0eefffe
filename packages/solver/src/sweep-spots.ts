import { type DeflatedBound, type DeflatedStep, dotByTwos, findTau } from "./deflated-bound.js";
import { buildNnlsWorkspace, type NnlsWorkspace, solveNnls } from "./exact-nnls.js";
import type { StatArray, Tile } from "./solver.js";
import { loadSpot, multiplyOld, type SpotProblem } from "./spot-problem.js";

/** A least-squares problem with the scratch memory that a sweep needs. One per thread. */
export interface SpotSweeper {
  readonly problem: SpotProblem;
  /** Given where one step on the bound may take the place of the exact answer. */
  readonly step: DeflatedStep | undefined;
  /** From this shift on it does. */
  readonly deflatedShift: number;
  readonly updated: Float64Array;
  readonly work: NnlsWorkspace;
}

export function buildSpotSweeper(
  problem: SpotProblem,
  bound: DeflatedBound | undefined,
  deflatedShift: number,
): SpotSweeper {
  const { gram, target } = problem;
  const typeCount = target.length;
  const updated = new Float64Array(typeCount);
  const step = bound && { ...bound, leaning: bound.direction, target: new Float64Array(typeCount) };
  return { problem, step, deflatedShift, updated, work: buildNnlsWorkspace({ gram, target, x: updated }) };
}

/**
 * Updates the tile's spots in place and returns the largest change. The twin of the kernel of the same name
 * (packages/kernels/assembly/spot-sweep.ts): every operation, in this order, is made there too, so that both give the same bits.
 */
export function sweepSpots(sweeper: SpotSweeper, tile: Tile, abundance: StatArray): number {
  const { problem, step, deflatedShift, updated, work } = sweeper;
  const { target, old, product } = problem;
  const { spots, relaxation } = tile;
  const typeCount = updated.length;
  let largestChange = 0;
  for (let index = 0; index < spots.length; index++) {
    const spot = spots[index];
    const shift = loadSpot(problem, tile, abundance, spot);
    if (step && shift >= deflatedShift) {
      multiplyOld(problem, shift);
      deflatedStep(sweeper, step, shift, relaxation);
    } else {
      for (let k = 0; k < typeCount; k++) updated[k] = old[k];
      if (relaxation !== 1) {
        // Moves the right-hand side so that the exact solution overshoots.
        multiplyOld(problem, shift);
        for (let k = 0; k < typeCount; k++) {
          target[k] = relaxation * target[k] + (1 - relaxation) * product[k];
        }
      }
      solveNnls(work, shift);
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

/**
 * Minimises the spot's objective with its Gram matrix replaced by the bound, over x >= 0: one proximal step from the spot's abundances.
 *
 * With a = rest + shift and t = a x + relaxation r + excess (v'x) v, where r is the negative gradient at x, the
 * minimum is max(0, (t - tau v) / a) for the one number tau = excess v'x of the minimum itself.
 */
function deflatedStep(
  { problem, updated }: SpotSweeper,
  step: DeflatedStep,
  shift: number,
  relaxation: number,
): void {
  const { target, old, product } = problem;
  const { direction: v, excess, rest, target: t } = step;
  const a = rest + shift;
  const slope = excess * dotByTwos(v, old);
  for (let k = 0; k < v.length; k++) {
    t[k] = a * old[k] + relaxation * (target[k] - product[k]) + slope * v[k];
  }
  const tau = findTau(step, old, a);
  for (let k = 0; k < v.length; k++) {
    const value = t[k] - tau * v[k];
    updated[k] = value > 0 ? value / a : 0;
  }
}
