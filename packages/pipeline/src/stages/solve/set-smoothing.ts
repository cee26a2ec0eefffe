import type { Solver } from "@flashdeconv/solver";

/** How strongly answers are drawn together: neighbours towards each other, and each spot towards the tissue as a whole. */
export interface Strengths {
  readonly smoothing: number;
  readonly shrinkage: number;
}

/** The solver's options with other strengths, as far as it has such; shrinkage stays where none is given. */
export function setSmoothing(
  { smoothing, shrinkage, resolveOptions }: Solver,
  solverOptions: object,
  strengths: Pick<Strengths, "smoothing"> & Partial<Strengths>,
): object {
  if (smoothing === undefined) return solverOptions;
  return resolveOptions({
    ...solverOptions,
    [smoothing.option]: strengths.smoothing,
    ...(shrinkage && strengths.shrinkage !== undefined && { [shrinkage.option]: strengths.shrinkage }),
  });
}
