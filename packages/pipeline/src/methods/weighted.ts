import { METHOD_SOLVERS } from "./built-in-solvers.js";
import { buildCountProblem } from "./count-problem.js";
import { type Method, tuneSmoothing } from "./method.js";
import { COMMON_OPTIONS, COUNT_MODEL_OPTIONS, NEIGHBOR_OPTIONS } from "./option-groups.js";

/**
 * Least squares on counts of all genes, each weighted by its inverse variance, the reference corrected for the section's platform, a
 * relative prior on neighbours whose strength the data choose.
 */
export const weighted: Method = Object.freeze({
  name: "weighted",
  solver: METHOD_SOLVERS.weighted,
  options: [...COMMON_OPTIONS, ...COUNT_MODEL_OPTIONS, ...NEIGHBOR_OPTIONS, "smoothing", "intervals"],
  genes: "all",
  smoothing: "auto",
  weighsCounts: true,
  prepare: buildCountProblem,
  tune: tuneSmoothing,
} satisfies Method);
