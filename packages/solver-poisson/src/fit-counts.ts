import { buildNnlsWorkspace, type NnlsWorkspace, solveNnls } from "@flashdeconv/solver";
import type { CountLikelihood } from "./count-likelihood.js";
import {
  buildNewtonStep,
  type CountRow,
  differentiate,
  landStep,
  moveToMinimum,
  type NewtonStep,
} from "./newton-step.js";

/** How far a climb goes. */
export const CLIMB_LIMITS = Object.freeze({
  /** Newton steps after which to leave a spot as it is; three to six are usual. */
  mostSteps: 50,
  /** A step that moves no abundance by more than this share of the spot's total is the last; the next would be its square. */
  smallStep: 1e-4,
  /** A step is short enough where F rises along it by no more than this share of how it fell at first. */
  mostRise: 0.5,
  mostHalvings: 40,
});
const { mostSteps, smallStep, mostRise, mostHalvings } = CLIMB_LIMITS;

/** Scratch memory of the fit and its result; made once, used for every spot. */
export interface CountFit extends NewtonStep {
  /** The least-squares problem that a spot may start from: its answer is `abundance`. */
  readonly start: NnlsWorkspace;
}

export function buildCountFit(likelihood: CountLikelihood): CountFit {
  const step = buildNewtonStep(likelihood);
  const { gram, typeCount } = likelihood;
  const start = buildNnlsWorkspace({ gram, target: new Float64Array(typeCount), x: step.abundance });
  return { ...step, start };
}

/**
 * Finds the most likely abundances of a spot (`fit.abundance`) and the gradient there, from those of weighted least squares. Depends
 * on the row alone.
 *
 * @returns Newton steps taken
 */
export function fitCounts(fit: CountFit, row: CountRow): number {
  startFromLeastSquares(fit, row);
  return climb(fit, row);
}

/**
 * The same from `step.abundance`, which has a number above 0. Each step goes to the minimum of the second-order picture, or half the
 * way, and so on, until F, which is convex, does not rise much where it ends.
 *
 * @returns Newton steps taken
 */
export function climb(step: NewtonStep, row: CountRow): number {
  const { abundance, gradient, next } = step;
  differentiate(step, row);
  for (let count = 0; count < mostSteps; count++) {
    const moved = moveToMinimum(step, row);
    let fall = 0;
    let total = 0;
    for (let k = 0; k < next.length; k++) {
      fall -= gradient[k] * (next[k] - abundance[k]);
      total += next[k];
    }
    if (moved <= smallStep * total) {
      landStep(step);
      return count + 1;
    }
    // The two change places: `next` holds where the step began, until the step is short enough.
    for (let k = 0; k < next.length; k++) {
      const from = abundance[k];
      abundance[k] = next[k];
      next[k] = from;
    }
    differentiate(step, row);
    for (let halving = 0; halving < mostHalvings; halving++) {
      let rise = 0;
      let reached = 0;
      for (let k = 0; k < next.length; k++) {
        rise += gradient[k] * (abundance[k] - next[k]);
        reached += abundance[k];
      }
      if (reached > 0 && rise <= mostRise * fall) break;
      fall /= 2;
      for (let k = 0; k < next.length; k++) abundance[k] = (abundance[k] + next[k]) / 2;
      differentiate(step, row);
    }
  }
  return mostSteps;
}

/** Least squares with each gene weighted by its inverse variance at the mean of all types. */
function startFromLeastSquares({ likelihood, abundance, start }: CountFit, row: CountRow): void {
  const { typeCount, shares, inverseMeans } = likelihood;
  const { target } = start;
  target.fill(0);
  for (let i = row.start; i < row.end; i++) {
    const weighted = row.values[i] * inverseMeans[row.indices[i]];
    const at = row.indices[i] * typeCount;
    for (let k = 0; k < typeCount; k++) target[k] += weighted * shares[at + k];
  }
  abundance.fill(0);
  solveNnls(start, 0);
}
