import { OptionError } from "@flashdeconv/core";
import type { Solver } from "@flashdeconv/solver";
import { buildCountLikelihood } from "./count-likelihood.js";
import { poissonSession } from "./poisson-session.js";

export interface PoissonOptions {
  /**
   * Overdispersion phi: a count of mean m is taken to have variance m + phi m^2. 0 by default, which is Poisson; where spots
   * of the same composition differ more than that, highly expressed genes then get too much say.
   */
  readonly overdispersion: number;
  /** Mean counts of a spot over the genes in use, from which the overdispersed variance is taken. 500; of no meaning at phi 0. */
  readonly meanDepth: number;
}

export const POISSON_DEFAULTS: PoissonOptions = Object.freeze({ overdispersion: 0, meanDepth: 500 });

/** The most likely proportions of each spot's counts, by projected Newton. Independent of neighbours; needs no coordinates. */
export const poisson: Solver<PoissonOptions> = {
  name: "poisson",
  coupling: "independent",
  input: "counts",

  resolveOptions(input = {}) {
    for (const [option, value] of Object.entries(input)) {
      if (option in POISSON_DEFAULTS) continue;
      const rule = `an option of the solver poisson: ${Object.keys(POISSON_DEFAULTS).join(", ")}`;
      throw new OptionError({ option, value: String(value), rule });
    }
    const { overdispersion = POISSON_DEFAULTS.overdispersion, meanDepth = POISSON_DEFAULTS.meanDepth } =
      input;
    if (!(typeof overdispersion === "number" && overdispersion >= 0 && Number.isFinite(overdispersion))) {
      throw new OptionError({
        option: "overdispersion",
        value: overdispersion,
        rule: "a number of at least 0",
      });
    }
    if (!(typeof meanDepth === "number" && meanDepth > 0 && Number.isFinite(meanDepth))) {
      throw new OptionError({ option: "meanDepth", value: meanDepth, rule: "a number above 0" });
    }
    return { overdispersion, meanDepth };
  },

  start({ typeNames, values }, { overdispersion, meanDepth }) {
    const likelihood = buildCountLikelihood(values, typeNames.length, overdispersion, meanDepth);
    return poissonSession(likelihood, { overdispersion });
  },
};
