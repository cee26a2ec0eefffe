import { METHOD_SOLVERS } from "./built-in-solvers.js";
import { type Method, tuneSmoothing } from "./method.js";
import { buildNormalizedProblem } from "./normalized-problem.js";
import { COMMON_OPTIONS, NEIGHBOR_OPTIONS, NORMALIZED_OPTIONS } from "./option-groups.js";

/** The article's: sketched least squares on normalised counts of selected genes, graph Laplacian. */
export const flashdeconv: Method = Object.freeze({
  name: "flashdeconv",
  solver: METHOD_SOLVERS.flashdeconv,
  options: [...COMMON_OPTIONS, ...NORMALIZED_OPTIONS, ...NEIGHBOR_OPTIONS, "smoothing", "platform"],
  genes: "selected",
  weighsCounts: false,
  prepare: (evidence, _, options, run) => buildNormalizedProblem(evidence, options, run),
  tune: tuneSmoothing,
} satisfies Method);
