import { bcd, nnls, type Solver } from "@flashdeconv/solver";
import { weighted } from "@flashdeconv/solver-weighted";
import { smoothedPoisson } from "./smoothed-poisson.js";

/** Solvers that every thread knows by name. */
export const BUILT_IN_SOLVERS: Readonly<Record<string, Solver>> = Object.freeze({
  [bcd.name]: bcd as Solver,
  [nnls.name]: nnls as Solver,
  [weighted.name]: weighted as Solver,
  [smoothedPoisson.name]: smoothedPoisson,
});
