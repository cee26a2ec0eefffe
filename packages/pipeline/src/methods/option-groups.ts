import type { DeconvolveOptions } from "../contracts/options.js";

export type OptionName = keyof DeconvolveOptions;

/** What every solver is run with. */
export const COMMON_OPTIONS = [
  "method",
  "solver",
  "solverOptions",
  "genes",
  "highlyVariableCount",
  "markersPerType",
  "tolerance",
  "maxSweeps",
  "precision",
  "empty",
  "fewCounts",
  "hierarchy",
  "kernels",
  "allowNonCounts",
] as const satisfies readonly OptionName[];

/** How counts are normalised and sketched, for solvers that are fed with that. */
export const NORMALIZED_OPTIONS = [
  "preprocess",
  "targetSum",
  "logBase",
  "sketchDimension",
  "seed",
  "amount",
  "cellsPerSpot",
] as const satisfies readonly OptionName[];

/** The model of counts, for solvers that take counts as they are, weighed by it. */
export const COUNT_MODEL_OPTIONS = [
  "platformCorrection",
  "overdispersion",
  "amount",
  "cellsPerSpot",
] as const satisfies readonly OptionName[];

/** For solvers that look at neighbours. */
export const NEIGHBOR_OPTIONS = ["graph", "neighborCount", "radius"] as const satisfies readonly OptionName[];
