import { bcd, nnls, type Solver } from "@flashdeconv/solver";
import { weighted } from "@flashdeconv/solver-weighted";
import type { MethodName } from "../contracts/options.js";

/** The solver of each method. Apart from the methods, whose preparation and tuning no worker has a use for. */
export const METHOD_SOLVERS: Readonly<Record<MethodName, Solver>> = Object.freeze({
  refined: named("refined"),
  weighted: weighted as Solver,
  poisson: named("poisson"),
  flashdeconv: bcd as Solver,
});

/** Solvers that every thread knows by name: those of the methods, and `nnls`, which is not a method's. */
export const BUILT_IN_SOLVERS: Readonly<Record<string, Solver>> = Object.freeze(
  Object.fromEntries(
    [...Object.values(METHOD_SOLVERS), nnls as Solver].map((solver) => [solver.name, solver]),
  ),
);

/** `weighted` under the name of a method that refines what it finds. */
function named(name: MethodName): Solver {
  return Object.freeze({ ...(weighted as Solver), name });
}
