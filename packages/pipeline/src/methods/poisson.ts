import { optionName } from "@flashdeconv/core/internal";
import type { Solver } from "@flashdeconv/solver";
import { poissonWith } from "@flashdeconv/solver-poisson";
import { weighted } from "@flashdeconv/solver-weighted";
import type { DeconvolveOptions } from "../contracts/options.js";
import type { RunContext } from "../contracts/run-context.js";
import { heldOutTrial, type TrialData } from "../tuning/held-out-trial.js";
import { meanOf, pairedError } from "../tuning/search-strength.js";
import { type Fit, noted, type Settled, settleSmoothing, strengthsIn } from "../tuning/settle-smoothing.js";
import { buildCountProblem, type CountProblem } from "./count-problem.js";
import type { Method } from "./method.js";
import { COMMON_OPTIONS, COUNT_MODEL_OPTIONS, NEIGHBOR_OPTIONS } from "./option-groups.js";

/** By so many standard errors of their difference the likelihood must be better than least squares to be used. */
const CERTAINTY = 2;

/** The likelihood of each spot's counts under the prior of `weighted`. */
const solver = poissonWith(weighted) as Solver;

/**
 * The same reference, overdispersion and prior as `weighted`, but each spot is fitted by likelihood where count splitting on a sample
 * says that this is better, else as by `weighted`.
 */
export const poisson: Method = Object.freeze({
  name: "poisson",
  solver,
  options: [...COMMON_OPTIONS, ...COUNT_MODEL_OPTIONS, ...NEIGHBOR_OPTIONS, "smoothing", "likelihood"],
  genes: "all",
  smoothing: "auto",
  weighsCounts: true,
  needsSample: ({ smoothing, overdispersion, likelihood }) =>
    [smoothing, overdispersion, likelihood].includes("auto"),
  async prepare(evidence, sample, options, run) {
    const problem = await buildCountProblem(evidence, sample, options, run);
    const { typeNames, gram } = problem.reference;
    const reference = { typeNames, width: problem.genes.length, values: problem.profiles, gram };
    const { overdispersion } = problem;
    const solverOptions = solver.resolveOptions({ overdispersion, ...options.solverOptions });
    return { ...problem, reference, solverOptions };
  },
  async tune(problem, data, options, run) {
    const own = await settleSmoothing({ solver, problem }, data, options.smoothing, run);
    if (options.likelihood === "always") return noted(own.fit, { likelihood_used: true });
    return betterOf(own, problem, { data, options, run });
  },
} satisfies Method<CountProblem>);

/** The likelihood's fit, or that of least squares, each with the smoothing that suits it. */
async function betterOf(
  own: Settled,
  problem: CountProblem,
  {
    data,
    options,
    run,
  }: { readonly data: TrialData; readonly options: DeconvolveOptions; readonly run: RunContext },
): Promise<Fit> {
  const other = await settleSmoothing(leastSquares(problem), data, options.smoothing, run);
  const { shares, profiles, meanDepth, overdispersion } = problem;
  const prediction = { profiles, shares, overdispersion, meanDepth };
  const lossesOf = ({ fit, strengths, trial = heldOutTrial(fit, data, run) }: Settled) =>
    trial.deviancesOf(strengths ?? strengthsIn(fit), prediction);
  const ownLosses = await lossesOf(own);
  const otherLosses = await lossesOf(other);
  const error = pairedError(otherLosses, ownLosses);
  const isBetter = meanOf(otherLosses) - meanOf(ownLosses) > CERTAINTY * error;
  run.notices.add({
    code: isBetter ? "likelihood-used" : "likelihood-not-used",
    message: isBetter
      ? "Spots are fitted by likelihood: on held-back counts of a sample it predicts better than weighted least squares."
      : `Spots are fitted by weighted least squares, as by ${optionName("method", "weighted")}: on held-back counts of a sample the likelihood is not significantly better. ${optionName("likelihood", "always")} takes it anyway.`,
  });
  return noted(isBetter ? own.fit : other.fit, {
    likelihood_used: isBetter,
    held_out_deviance: { likelihood: meanOf(ownLosses), least_squares: meanOf(otherLosses), error },
  });
}

/** The same problem for `weighted`, which fits each spot by least squares instead. */
function leastSquares(problem: CountProblem): Fit {
  const { typeNames, gram } = problem.reference;
  const { overdispersion, meanDepth, ...own } = problem.solverOptions as Record<string, unknown>;
  return {
    solver: weighted as Solver,
    problem: {
      ...problem,
      reference: { typeNames, width: typeNames.length, values: gram, gram },
      solverOptions: weighted.resolveOptions(own),
    },
  };
}
