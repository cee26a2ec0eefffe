import type { Solver } from "@flashdeconv/solver";
import { weighted as solver } from "@flashdeconv/solver-weighted";
import { buildCountProblem } from "./count-problem.js";
import { type Method, tuneSmoothing } from "./method.js";
import { COMMON_OPTIONS, COUNT_MODEL_OPTIONS, NEIGHBOR_OPTIONS } from "./option-groups.js";

/**
 * Least squares on counts of all genes, each weighted by its inverse variance, the reference corrected for the section's platform, a
 * relative prior on neighbours whose strength the data choose.
 */
export const weighted: Method = Object.freeze({
  name: "weighted",
  solver: solver as Solver,
  options: [...COMMON_OPTIONS, ...COUNT_MODEL_OPTIONS, ...NEIGHBOR_OPTIONS, "smoothing", "intervals"],
  genes: "all",
  smoothing: "auto",
  weighsCounts: true,
  prepare: buildCountProblem,
  tune: tuneSmoothing,
} satisfies Method);
