import type { Solver } from "@flashdeconv/solver";
import { poissonWith } from "@flashdeconv/solver-poisson";
import { weighted } from "@flashdeconv/solver-weighted";

/** The likelihood of each spot's counts under the prior of `weighted`. */
export const smoothedPoisson = poissonWith(weighted) as Solver;

/** Whether a solver is fed from the model of counts: platform-corrected shares of genes, overdispersion, weights. */
export function usesCountModel(solver: Solver): boolean {
  return solver.input === "weighted-counts" || solver === smoothedPoisson;
}
