import type { Solver } from "@flashdeconv/solver";

/** The solver's options with another strength of its smoothing. */
export function setSmoothing(solver: Solver, solverOptions: object, strength: number): object {
  if (solver.smoothing === undefined) return solverOptions;
  return solver.resolveOptions({ ...solverOptions, [solver.smoothing.option]: strength });
}
