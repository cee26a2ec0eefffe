import { buildNnlsWorkspace, type NnlsWorkspace, solveNnls } from "@flashdeconv/solver";
import type { CountLikelihood } from "./count-likelihood.js";
import { buildNewtonStep, type CountRow, landStep, type NewtonStep, takeStep } from "./newton-step.js";

/** Newton steps after which to leave a spot as it is; three to six are usual. */
const MOST_STEPS = 50;
/** A step that moves no abundance by more than this share of the spot's total is the last; the next would be its square. */
const SMALL_STEP = 1e-4;
/** Share of the decrease promised by the gradient that a step must keep (Armijo). */
const KEPT_DECREASE = 1e-4;
const MOST_HALVINGS = 40;

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
 * The same from `step.abundance`, which has a number above 0. Each step goes as far towards the minimum of the second-order picture
 * as lowers F enough. F is convex, so this ends at its minimum from any start.
 *
 * @returns Newton steps taken
 */
export function climb(step: NewtonStep, row: CountRow): number {
  const { abundance, gradient, next } = step;
  let value = evaluate(step, row, abundance);
  for (let count = 0; count < MOST_STEPS && Number.isFinite(value); count++) {
    const moved = takeStep(step, row);
    let slope = 0;
    let total = 0;
    for (let k = 0; k < next.length; k++) {
      slope += gradient[k] * (next[k] - abundance[k]);
      total += next[k];
    }
    if (moved <= SMALL_STEP * total) {
      landStep(step);
      return count + 1;
    }
    let share = 1;
    let reached = evaluate(step, row, next);
    for (let halving = 0; halving < MOST_HALVINGS; halving++) {
      if (reached <= value + KEPT_DECREASE * share * slope) break;
      share /= 2;
      for (let k = 0; k < next.length; k++) next[k] = (next[k] + abundance[k]) / 2;
      reached = evaluate(step, row, next);
    }
    landStep(step);
    value = reached;
  }
  return MOST_STEPS;
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

/** F at `b`. */
function evaluate({ likelihood }: NewtonStep, row: CountRow, b: Float64Array): number {
  const { typeCount, shares, weights, totals } = likelihood;
  let value = 0;
  for (let k = 0; k < typeCount; k++) value += totals[k] * b[k];
  for (let i = row.start; i < row.end; i++) {
    const gene = row.indices[i];
    if (!(weights[gene] > 0)) continue;
    const at = gene * typeCount;
    let mean = 0;
    for (let k = 0; k < typeCount; k++) mean += b[k] * shares[at + k];
    value -= weights[gene] * row.values[i] * Math.log(mean);
  }
  return value;
}
