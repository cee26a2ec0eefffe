import type { Solver } from "@flashdeconv/solver";
import type { DeconvolveOptions } from "../contracts/options.js";
import type { Parameters } from "../contracts/parameters.js";
import type { Problem } from "../contracts/problem.js";
import type { RunContext } from "../contracts/run-context.js";
import { type Strengths, setSmoothing, strengthsOf } from "../stages/solve/set-smoothing.js";
import { type Curve, chooseSmoothing, type SmoothingChoice } from "./choose-smoothing.js";
import { heldOutTrial, type TrialData } from "./held-out-trial.js";

/** A solver, and the problem with all that was left to the data. */
export interface Fit<P extends Problem = Problem> {
  readonly solver: Solver;
  readonly problem: P;
}

/** Settles how strongly a fit smooths: as asked for or, where that is left to the data, by count splitting on the sample. */
export async function settleSmoothing(
  fit: Fit,
  data: TrialData,
  smoothing: DeconvolveOptions["smoothing"],
  run: RunContext,
): Promise<Fit> {
  if (smoothing === undefined || fit.solver.smoothing === undefined) return fit;
  if (smoothing !== "auto") {
    const strengths = { ...strengthsIn(fit), smoothing: smoothing === "none" ? 0 : smoothing };
    return withStrengths(fit, strengths, {});
  }
  const trial = heldOutTrial(fit, data, run);
  const choice = await chooseSmoothing(trial);
  const facts = { smoothing_curve: curvesOf(choice, data.counts.spotCount) };
  const strengths = { smoothing: choice.smoothing, shrinkage: choice.shrinkage };
  return withStrengths(fit, strengths, facts);
}

/** The fit with these strengths, which are kept with its result together with more facts. */
export function withStrengths({ solver, problem }: Fit, strengths: Strengths, facts: Parameters): Fit {
  const solverOptions = setSmoothing(solver, problem.solverOptions, strengths);
  const { smoothing, shrinkage } = strengths;
  return noted(
    { solver, problem: { ...problem, solverOptions, strengths } },
    { smoothing_used: smoothing, ...(solver.shrinkage && { shrinkage_used: shrinkage }), ...facts },
  );
}

/** The fit with more to be kept with its result. */
export function noted({ solver, problem }: Fit, facts: Parameters): Fit {
  return { solver, problem: { ...problem, facts: { ...problem.facts, ...facts } } };
}

export function strengthsIn({ solver, problem }: Fit): Strengths {
  return strengthsOf(solver, problem.solverOptions);
}

/** What there is to tell of a choice. */
export function curvesOf(choice: SmoothingChoice, sampledCount: number): Parameters {
  const described = ({ strengths, losses }: Curve) => ({ strength: strengths, loss: losses });
  return {
    sampled_spots: sampledCount,
    ...described(choice.neighbors),
    shrinkage: choice.tissue ? described(choice.tissue) : null,
    ...(choice.exactTissue && { shrinkage_without_reference_noise: described(choice.exactTissue) }),
    loss_of_truth: choice.lossOfTruth,
    shuffled_loss: choice.shuffledLoss ?? null,
  };
}
