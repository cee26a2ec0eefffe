import { numbered, optionName } from "@flashdeconv/core/internal";
import type { RefiningSteps } from "@flashdeconv/solver-poisson/internal";
import type { NoticeList } from "../contracts/notices.js";
import type { DeconvolveOptions, MethodName } from "../contracts/options.js";
import type { Strengths } from "../stages/solve/set-smoothing.js";
import { type Fit, strengthsIn, withStrengths } from "../tuning/settle-smoothing.js";
import { steadyProfiles } from "../tuning/steady-profiles.js";
import { METHOD_SOLVERS } from "./built-in-solvers.js";
import type { CountProblem } from "./count-problem.js";
import { type Method, tuneSmoothing } from "./method.js";
import { weighted } from "./weighted.js";

/** Where spots are drawn together by less than this share of their counts, a spot that moved far takes a second step. */
const WEAK_STRENGTH = 0.01;
/**
 * Where they are drawn together by more, as with a dozen counts each, a spot's own likelihood is far from quadratic and its most likely
 * answer mostly zeros. Averaged over neighbours that is off, and the sums of weighted counts, which are linear, are not: they stay.
 */
const MOST_SMOOTHING = 0.75;
/** The same where each spot is drawn towards the tissue. */
const MOST_SHRINKAGE = 0.1;

/**
 * Of the strength that suits `weighted`, this part is left for the refined statistics: they start from an answer that is drawn together
 * already and keep some of that. With all of it spots that alone hold a type lost it.
 */
const STRENGTH_LEFT = 0.75;

/**
 * `weighted`, and after a first coarse solve one more pass over the section: each spot takes one step of Newton's method towards the
 * most likely proportions of its own counts, and all are solved again.
 */
export const refined = refining("refined", ({ smoothing, shrinkage }, meanDepth) => {
  const isSparse = smoothing >= MOST_SMOOTHING * meanDepth || shrinkage >= MOST_SHRINKAGE * meanDepth;
  if (isSparse) return undefined;
  return smoothing + shrinkage < WEAK_STRENGTH * meanDepth ? "one or two" : "one";
});

/** The same, but each spot takes steps until its counts ask for no more. */
export const poisson = refining("poisson", () => "all");

function refining(
  name: MethodName,
  stepsFor: (strengths: Strengths, meanDepth: number) => RefiningSteps | undefined,
): Method<CountProblem> {
  const strengthsLeft = (strengths: Strengths, meanDepth: number): Strengths => {
    const { smoothing, shrinkage } = strengths;
    const left = { smoothing: STRENGTH_LEFT * smoothing, shrinkage: STRENGTH_LEFT * shrinkage };
    return stepsFor(left, meanDepth) ? left : strengths;
  };
  return Object.freeze({
    ...(weighted as Method<CountProblem>),
    name,
    options: [...weighted.options, "maxTypes"],
    solver: METHOD_SOLVERS[name],
    async tune(problem, data, options, run) {
      const fit = await tuneSmoothing(problem, data, options, run);
      if (options.smoothing !== "auto") return fit;
      return withStrengths(fit, strengthsLeft(strengthsIn(fit), problem.meanDepth), {});
    },
    strengthsLeft,
    refine(fit: Fit<CountProblem>, { maxTypes }: Pick<DeconvolveOptions, "maxTypes">, notices: NoticeList) {
      const { profiles, shares, means, meanDepth, overdispersion, referenceCounts } = fit.problem;
      const typeCount = fit.problem.reference.typeNames.length;
      // A set of types is a spot's own matter, however much the rest is smoothed.
      const steps = stepsFor(strengthsIn(fit), meanDepth) ?? (maxTypes === undefined ? undefined : "one");
      if (steps === undefined) {
        notices.add({
          code: "not-refined",
          message: `A spot has ${numbered(Math.round(meanDepth), "count")} on average, too few beside the smoothing to go by its own likelihood: spots are not refined, and the answer is that of ${optionName("method", "weighted")}.`,
        });
        return undefined;
      }
      return {
        typeCount,
        profiles: referenceCounts ? steadyProfiles(profiles, referenceCounts) : profiles,
        variance: { meanDepth, overdispersion, means, curvatureMeans: shares },
        steps,
        ...(maxTypes !== undefined && { mostTypes: maxTypes }),
      };
    },
  } satisfies Method<CountProblem>);
}
