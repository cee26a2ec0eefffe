import type { CsrChunk, Executor } from "@flashdeconv/core";
import type { Solver, SolverContext } from "@flashdeconv/solver";
import type { Parameters } from "../contracts/parameters.js";
import { leastSquaresProblem } from "../methods/count-problem.js";
import type { Problem } from "../methods/normalized-problem.js";
import type { DeconvolveOptions } from "../methods/resolve-options.js";
import { smoothedPoisson, usesCountModel } from "../methods/smoothed-poisson.js";
import type { NoticeList } from "../runtime/notice-list.js";
import type { PipelineTasks } from "../stages/pipeline-tasks.js";
import { type Strengths, setSmoothing } from "../stages/solve/set-smoothing.js";
import type { SpotSample } from "../stages/survey/sample-spots.js";
import { type Curve, chooseSmoothing, type SmoothingChoice } from "./choose-smoothing.js";
import { type HeldOutTrial, heldOutTrial, type TrialWatch } from "./held-out-trial.js";
import { meanOf, pairedError } from "./search-strength.js";
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
      const strengths = { ...strengthsIn(fit), smoothing: smoothing === "none" ? 0 : smoothing };
      return { fit: withStrengths(fit, strengths, {}), strengths };
    }
    const trial = trialOf(fit);
    const choice = await chooseSmoothing(trial);
    const facts = { smoothing_curve: curvesOf(choice, sample.spotCount) };
    return { fit: withStrengths(fit, choice, facts), strengths: choice, trial };
  };
  const own = await settle({ solver, problem });
  if (solver !== smoothedPoisson) return own.fit;
  if (!hasToCompare(options)) return noted(own.fit, { likelihood_used: true });

  const other = await settle(leastSquaresProblem(problem));
  const prediction = predictionOf(problem);
  const lossesOf = ({ fit, strengths, trial = trialOf(fit) }: Settled) =>
    trial.deviancesOf(strengths ?? strengthsIn(fit), prediction);
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
  readonly strengths?: Strengths;
  /** In which it was chosen. */
  readonly trial?: HeldOutTrial;
}

function withStrengths({ solver, problem }: Fit, strengths: Strengths, facts: Parameters): Fit {
  const solverOptions = setSmoothing(solver, problem.solverOptions, strengths);
  const { smoothing, shrinkage } = strengths;
  return noted(
    { solver, problem: { ...problem, solverOptions } },
    { smoothing_used: smoothing, ...(solver.shrinkage && { shrinkage_used: shrinkage }), ...facts },
  );
}

function noted({ solver, problem }: Fit, facts: Parameters): Fit {
  return { solver, problem: { ...problem, facts: { ...problem.facts, ...facts } } };
}

function predictionOf({ reference, shares, facts, meanDepth }: Problem): CountPrediction {
  if (shares === undefined || meanDepth === undefined) throw new TypeError("no model of counts was made");
  return { profiles: reference.values, shares, overdispersion: Number(facts.overdispersion), meanDepth };
}

function strengthsIn({ solver, problem }: Fit): Strengths {
  const options = problem.solverOptions as Record<string, number | undefined>;
  const read = (option = "") => options[option] ?? 0;
  return { smoothing: read(solver.smoothing?.option), shrinkage: read(solver.shrinkage?.option) };
}

function curvesOf(choice: SmoothingChoice, sampledCount: number): Parameters {
  const described = ({ strengths, losses }: Curve) => ({ strength: strengths, loss: losses });
  return {
    sampled_spots: sampledCount,
    ...described(choice.neighbors),
    shrinkage: choice.tissue ? described(choice.tissue) : null,
    loss_of_truth: choice.lossOfTruth,
    strangers_loss: choice.strangersLoss ?? null,
  };
}
