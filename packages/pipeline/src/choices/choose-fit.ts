import type { CsrChunk, Executor } from "@flashdeconv/core";
import type { Solver, SolverContext } from "@flashdeconv/solver";
import type { DeconvolveOptions } from "../deconvolve-options.js";
import type { NoticeList } from "../notice-list.js";
import type { Parameters } from "../parameters.js";
import type { Problem } from "../problem/build-problem.js";
import { leastSquaresProblem } from "../problem/count-problem.js";
import type { PipelineTasks } from "../threads/pipeline-tasks.js";
import { chooseSmoothing, meanOf, pairedError, type SmoothingChoice } from "./choose-smoothing.js";
import { type HeldOutTrial, heldOutTrial, type TrialWatch } from "./held-out-trial.js";
import type { SpotSample } from "./sample-spots.js";
import { setSmoothing } from "./set-smoothing.js";
import { smoothedPoisson, usesCountModel } from "./smoothed-poisson.js";
import type { CountPrediction } from "./spot-deviances.js";

/** A solver, and the problem with all that was left to the data. */
export interface Fit {
  readonly solver: Solver;
  readonly problem: Problem;
}

/** By so many standard errors of their difference the likelihood must be better than least squares to be used. */
const CERTAINTY = 2;

/** Whether anything is to be found out on a sample of the spots. */
export function needsSample(options: DeconvolveOptions): boolean {
  const { solver, smoothing, overdispersion } = options;
  const isEstimated = usesCountModel(solver) && overdispersion === "auto";
  return smoothing === "auto" || isEstimated || hasToCompare(options);
}

/** Whether the likelihood has to prove itself. */
function hasToCompare({ solver, likelihood }: DeconvolveOptions): boolean {
  return solver === smoothedPoisson && likelihood === "auto";
}

/**
 * Settles what is left to the data, by count splitting on a sample: the strength of smoothing, and whether spots are fitted by
 * likelihood or, as the answer is no better for it, by least squares. Each of the two is judged with the smoothing that suits it.
 */
export async function chooseFit(
  executor: Executor<PipelineTasks>,
  problem: Problem,
  wanted: SpotSample | undefined,
  sample: CsrChunk,
  options: DeconvolveOptions,
  context: SolverContext,
  notices: NoticeList,
  watch?: TrialWatch,
): Promise<Fit> {
  const { solver, smoothing, kernels } = options;
  const trialOf = (fit: Fit) => {
    if (wanted === undefined) throw new TypeError("no sample was taken");
    return heldOutTrial(executor, fit.solver, fit.problem, wanted, sample, context, kernels, watch);
  };
  const settle = async (fit: Fit): Promise<Settled> => {
    if (smoothing === undefined || fit.solver.smoothing === undefined) return { fit };
    if (smoothing !== "auto") {
      const strength = smoothing === "none" ? 0 : smoothing;
      return { fit: withFacts(fit, strength, { smoothing_used: strength }), strength };
    }
    const trial = trialOf(fit);
    const choice = await chooseSmoothing(trial);
    const { strength } = choice;
    const facts = { smoothing_used: strength, smoothing_curve: curveOf(choice, sample.spotCount) };
    return { fit: withFacts(fit, strength, facts), strength, trial };
  };
  const own = await settle({ solver, problem });
  if (solver !== smoothedPoisson) return own.fit;
  if (!hasToCompare(options)) return noted(own.fit, { likelihood_used: true });

  const other = await settle(leastSquaresProblem(problem));
  const prediction = predictionOf(problem);
  const lossesOf = ({ fit, strength, trial = trialOf(fit) }: Settled) =>
    trial.deviancesOf(strength ?? strengthIn(fit), prediction);
  const likelihood = await lossesOf(own);
  const leastSquares = await lossesOf(other);
  const gain = meanOf(leastSquares) - meanOf(likelihood);
  const error = pairedError(leastSquares, likelihood);
  const isBetter = gain > CERTAINTY * error;
  const facts = {
    likelihood_used: isBetter,
    held_out_deviance: { likelihood: meanOf(likelihood), least_squares: meanOf(leastSquares), error },
  };
  notices.add({
    code: isBetter ? "likelihood-used" : "likelihood-not-used",
    message: isBetter
      ? "Spots are fitted by likelihood: on held-back counts of a sample it predicts better than weighted least squares."
      : "Spots are fitted by weighted least squares, as by --method weighted: on held-back counts of a sample the likelihood is not surely better. --likelihood always takes it anyway.",
  });
  return noted(isBetter ? own.fit : other.fit, facts);
}

interface Settled {
  readonly fit: Fit;
  /** Undefined where it is the solver's own matter. */
  readonly strength?: number;
  /** In which it was chosen. */
  readonly trial?: HeldOutTrial;
}

function withFacts(fit: Fit, strength: number, facts: Parameters): Fit {
  const { solver, problem } = fit;
  if (solver.smoothing === undefined) return fit;
  return noted(
    { solver, problem: { ...problem, solverOptions: setSmoothing(solver, problem.solverOptions, strength) } },
    facts,
  );
}

function noted({ solver, problem }: Fit, facts: Parameters): Fit {
  return { solver, problem: { ...problem, facts: { ...problem.facts, ...facts } } };
}

function predictionOf({ reference, shares, facts, meanDepth }: Problem): CountPrediction {
  if (shares === undefined || meanDepth === undefined) throw new TypeError("no model of counts was made");
  return { profiles: reference.values, shares, overdispersion: Number(facts.overdispersion), meanDepth };
}

function strengthIn({ solver, problem }: Fit): number {
  return Number((problem.solverOptions as Record<string, unknown>)[solver.smoothing?.option ?? ""]);
}

function curveOf(
  { strengths, losses, unsmoothedError, strangersLoss }: SmoothingChoice,
  sampledCount: number,
): Parameters {
  return {
    sampled_spots: sampledCount,
    strength: strengths,
    loss: losses,
    unsmoothed_error: unsmoothedError,
    strangers_loss: strangersLoss ?? null,
  };
}
