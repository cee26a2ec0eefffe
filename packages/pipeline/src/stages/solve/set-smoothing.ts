import type { Solver } from "@flashdeconv/solver";

/** How strongly answers are drawn together: neighbours towards each other, and each spot towards the tissue as a whole. */
export interface Strengths {
  readonly smoothing: number;
  readonly shrinkage: number;
}

/** The solver's options with so much of their strengths. */
export function weakened(solver: Solver, solverOptions: object, part: number): object {
  const options = solverOptions as Record<string, number>;
  const partOf = (option: string | undefined) => (option === undefined ? 0 : part * (options[option] ?? 0));
  const { smoothing, shrinkage } = solver;
  return setSmoothing(solver, solverOptions, {
    smoothing: partOf(smoothing?.option),
    shrinkage: partOf(shrinkage?.option),
  });
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

/** The strengths that a solver's options hold; 0 of what it has not. */
export function strengthsOf({ smoothing, shrinkage }: Solver, solverOptions: object): Strengths {
  const options = solverOptions as Record<string, number | undefined>;
  const read = (option = "") => options[option] ?? 0;
  return { smoothing: read(smoothing?.option), shrinkage: read(shrinkage?.option) };
}
