import { bcd, type Solver } from "@flashdeconv/solver";
import { weighted } from "@flashdeconv/solver-weighted";
import { smoothedPoisson } from "./smoothed-poisson.js";

/** A method of deconvolution by name: a solver, and what the pipeline feeds it with unless told otherwise. */
export interface Method {
  readonly solver: Solver;
  /** Genes in use: those that vary or mark a type, or all that section and reference share. */
  readonly genes: "selected" | "all";
  /** How the strength of smoothing is found where none is given; left out, it is the solver's own default. */
  readonly smoothing?: "auto";
}

export type MethodName = "flashdeconv" | "weighted" | "poisson";

/**
 * - `flashdeconv`: the article's. Sketched least squares on normalised counts of selected genes, graph Laplacian.
 * - `weighted`: least squares on counts of all genes, each weighted by its inverse variance, the reference corrected for the
 *   section's platform, a relative prior on neighbours whose strength the data choose.
 * - `poisson`: the same reference, overdispersion and prior, but each spot is fitted by likelihood where count splitting on a sample
 *   says that this is better, else as by `weighted`.
 */
export const METHODS: Readonly<Record<MethodName, Method>> = Object.freeze({
  flashdeconv: { solver: bcd as Solver, genes: "selected" },
  weighted: { solver: weighted as Solver, genes: "all", smoothing: "auto" },
  poisson: { solver: smoothedPoisson, genes: "all", smoothing: "auto" },
});

export const METHOD_NAMES = Object.freeze(Object.keys(METHODS) as MethodName[]);

/** The method of a solver, or undefined for a solver that is none of ours. */
export function methodOf(solver: Solver): MethodName | undefined {
  return METHOD_NAMES.find((name) => METHODS[name].solver === solver);
}
