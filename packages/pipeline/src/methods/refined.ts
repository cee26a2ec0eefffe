import type { Solver } from "@flashdeconv/solver";
import type { RefiningSteps } from "@flashdeconv/solver-poisson/internal";
import { weighted as weightedSolver } from "@flashdeconv/solver-weighted";
import type { MethodName } from "../contracts/options.js";
import { type Fit, strengthsIn } from "../tuning/settle-smoothing.js";
import type { CountProblem } from "./count-problem.js";
import type { Method } from "./method.js";
import { weighted } from "./weighted.js";

/** Where spots are drawn together by less than this share of their counts, a spot that moved far takes a second step. */
const WEAK_STRENGTH = 0.01;

/**
 * `weighted`, and after a first coarse solve one more pass over the section: each spot takes one step of Newton's method towards the
 * most likely proportions of its own counts, and all are solved again.
 */
export const refined = refining("refined", ({ smoothing, shrinkage }, meanDepth) =>
  smoothing + shrinkage < WEAK_STRENGTH * meanDepth ? "one or two" : "one",
);

/** The same, but each spot takes steps until its counts ask for no more. */
export const poisson = refining("poisson", () => "all");

function refining(
  name: MethodName,
  stepsFor: (strengths: ReturnType<typeof strengthsIn>, meanDepth: number) => RefiningSteps,
): Method<CountProblem> {
  return Object.freeze({
    ...(weighted as Method<CountProblem>),
    name,
    solver: Object.freeze({ ...(weightedSolver as Solver), name }),
    refine(fit: Fit<CountProblem>) {
      const { profiles, means, meanDepth, overdispersion } = fit.problem;
      const typeCount = fit.problem.reference.typeNames.length;
      const variance = { meanDepth, overdispersion, means };
      return { typeCount, profiles, variance, steps: stepsFor(strengthsIn(fit), meanDepth) };
    },
  } satisfies Method<CountProblem>);
}
