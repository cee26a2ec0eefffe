import { OptionError } from "@flashdeconv/core";
import type { Solver } from "@flashdeconv/solver";
import { buildCountLikelihood } from "./count-likelihood.js";
import { buildCountFit } from "./fit-counts.js";
import { summarizeLikelihood } from "./summarize-likelihood.js";
import { withoutNeighbors } from "./without-neighbors.js";

export interface PoissonOptions {
  /**
   * Overdispersion phi: a count of mean m is taken to have variance m + phi m^2. 0 by default, which is Poisson; where spots
   * of the same composition differ more than that, highly expressed genes then get too much say.
   */
  readonly overdispersion: number;
  /**
   * Mean counts of a spot over the genes in use, from which the overdispersed variance is taken. Undefined, the default, is that of
   * the section where the caller knows it (`SolverContext.meanDepth`), else 500; of no meaning at phi 0.
   */
  readonly meanDepth: number | undefined;
}

export const POISSON_DEFAULTS: PoissonOptions = Object.freeze({ overdispersion: 0, meanDepth: undefined });

/** Where neither the options nor the caller know. */
const USUAL_DEPTH = 500;

/**
 * The most likely proportions of each spot's counts under a prior on neighbours: that of a solver which takes, for each spot,
 * the K numbers c and its counts n, and minimises n p'Gp / 2 - c'p plus its prior, G being the Gram matrix it is started with. The
 * likelihood takes part by its second-order picture around each spot's own optimum, with the curvature of the mean
 * composition.
 *
 * The options are those of `PoissonOptions` and, all others, of `prior`.
 */
export function poissonWith<O extends object>(prior: Solver<O>): Solver<PoissonOptions & O> {
  return {
    name: "poisson",
    coupling: prior.coupling,
    input: "counts",
    ...(prior.smoothing && { smoothing: prior.smoothing }),
    ...(prior.shrinkage && { shrinkage: prior.shrinkage }),

    resolveOptions(input = {}) {
      const {
        overdispersion = POISSON_DEFAULTS.overdispersion,
        meanDepth = POISSON_DEFAULTS.meanDepth,
        ...rest
      }: Partial<PoissonOptions> = input;
      if (!(typeof overdispersion === "number" && overdispersion >= 0 && Number.isFinite(overdispersion))) {
        const rule = "a number of at least 0";
        throw new OptionError({ option: "overdispersion", value: overdispersion, rule });
      }
      const isDepth = typeof meanDepth === "number" && meanDepth > 0 && Number.isFinite(meanDepth);
      if (meanDepth !== undefined && !isDepth) {
        throw new OptionError({ option: "meanDepth", value: meanDepth, rule: "a number above 0" });
      }
      return { overdispersion, meanDepth, ...prior.resolveOptions(rest as Partial<O>) };
    },

    start({ typeNames, values }, options, context) {
      const { overdispersion, meanDepth = context.meanDepth ?? USUAL_DEPTH, ...rest } = options;
      const typeCount = typeNames.length;
      const likelihood = buildCountLikelihood(values, typeCount, overdispersion, meanDepth);
      const { gram } = likelihood;
      const fit = buildCountFit(likelihood);
      const session = prior.start(
        { typeNames, width: typeCount, values: gram, gram },
        rest as unknown as O,
        context,
      );
      return {
        ...session,
        settings: { ...session.settings, overdispersion },
        summarize: (rows, out) => summarizeLikelihood(fit, rows, out),
      };
    },
  };
}

/** The most likely proportions of each spot's counts, by projected Newton. Independent of neighbours; needs no coordinates. */
export const poisson: Solver<PoissonOptions> = poissonWith(withoutNeighbors);
