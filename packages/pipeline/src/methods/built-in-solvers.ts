import { nnls, type Solver } from "@flashdeconv/solver";
import { METHODS } from "./methods.js";

/** Solvers that every thread knows by name: those of the methods, and `nnls`, which is not a method's. */
export const BUILT_IN_SOLVERS: Readonly<Record<string, Solver>> = Object.freeze(
  Object.fromEntries(
    [...Object.values(METHODS).map(({ solver }) => solver), nnls as Solver].map((solver) => [
      solver.name,
      solver,
    ]),
  ),
);
