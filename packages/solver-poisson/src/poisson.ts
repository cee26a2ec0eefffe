import { checkedOptions, number, type OptionTable, optional, optionSchema } from "@flashdeconv/core/internal";
import type { Solver } from "@flashdeconv/solver";
import { resolveBySchema } from "@flashdeconv/solver/internal";
import { buildCountLikelihood } from "./count-likelihood.js";
import { buildCountFit } from "./fit-counts.js";
import { summarizeLikelihood } from "./summarize-likelihood.js";
import { withoutNeighbors } from "./without-neighbors.js";

export interface PoissonOptions {
  /** Overdispersion phi: a count of mean m is taken to have variance m + phi m^2. */
  readonly overdispersion: number;
  /**
   * Mean counts of a spot over the genes in use, from which the overdispersed variance is taken; of no meaning at phi 0. Undefined is
   * that of the section where the caller knows it (`SolverContext.meanDepth`), else 500.
   */
  readonly meanDepth: number | undefined;
}

const POISSON_OPTIONS: OptionTable<PoissonOptions> = Object.freeze({
  overdispersion: {
    kind: number({ least: 0 }),
    default: 0,
    because:
      "that is Poisson; where spots of the same composition differ more, highly expressed genes then get too much say",
    meaning: "how much more than Poisson counts vary",
  },
  meanDepth: {
    kind: optional(number({ above: 0 })),
    default: undefined,
    because: "that of the section is taken",
    meaning: "mean counts of a spot over the genes in use",
  },
});

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
  const table = prior.options?.table;
  const schema =
    table &&
    optionSchema("the solver poisson", { ...POISSON_OPTIONS, ...table } as OptionTable<PoissonOptions & O>);
  return {
    name: "poisson",
    coupling: prior.coupling,
    input: "counts",
    ...(prior.smoothing && { smoothing: prior.smoothing }),
    ...(prior.shrinkage && { shrinkage: prior.shrinkage }),

    ...(schema && { options: schema }),
    resolveOptions(input = {}) {
      if (schema) return resolveBySchema(schema, input);
      const { overdispersion, meanDepth, ...rest }: Partial<PoissonOptions> = input;
      return {
        ...checkedOptions(POISSON_OPTIONS, { overdispersion, meanDepth }),
        ...prior.resolveOptions(rest as Partial<O>),
      };
    },

    start({ typeNames, values }, options, context) {
      const { overdispersion, meanDepth = context.meanDepth ?? USUAL_DEPTH, ...rest } = options;
      const typeCount = typeNames.length;
      const likelihood = buildCountLikelihood(values, typeCount, { meanDepth, overdispersion });
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
