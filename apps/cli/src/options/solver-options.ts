import { OptionError } from "@flashdeconv/core";
import { methodsWithOwn } from "@flashdeconv/pipeline/internal";
import type { Solver } from "@flashdeconv/solver";

export interface SolverFlags {
  readonly lambda?: number | "auto";
  readonly rho?: number;
  /** Seconds. */
  readonly solverTimeout?: number;
  readonly shrinkage?: number;
  readonly solverOptions?: Readonly<Record<string, unknown>>;
}

/** The solver's own options, from the flags of the most usual ones and from JSON. Throws OptionError where both set one. */
export function solverOptions({
  lambda,
  rho,
  shrinkage,
  solverOptions = {},
}: SolverFlags): Record<string, unknown> {
  const fromFlags = Object.entries({ lambda, rho, shrinkage }).filter(([, value]) => value !== undefined);
  for (const [name, value] of fromFlags) {
    if (!Object.hasOwn(solverOptions, name)) continue;
    throw new OptionError({
      option: `--${name}`,
      value,
      rule: `${name} in one place; it is in --solver-options too`,
      remedy: "Leave one of the two out.",
    });
  }
  return { ...solverOptions, ...Object.fromEntries(fromFlags) };
}

/**
 * Throws OptionError for `--lambda`, `--rho` and `--shrinkage` with a solver that has none by this name, whatever it makes of
 * options that it does not know. No solver stands for a method's, of which `deconvolve` knows.
 */
export function checkSolverFlags(
  solver: Solver | undefined,
  { lambda, rho, shrinkage, solverTimeout }: SolverFlags,
): void {
  if (solverTimeout !== undefined && !(solverTimeout > 0)) {
    const rule = "a number of seconds above 0";
    throw new OptionError({ option: "--solver-timeout", value: solverTimeout, rule });
  }
  if (solver === undefined) return;
  for (const [name, value] of Object.entries({ lambda, rho, shrinkage })) {
    if (value === undefined || solver.smoothing?.option === name || name in defaultsOf(solver)) continue;
    const methods = methodsWithOwn(name).map((method) => `{ method: "${method}" }`);
    throw new OptionError({
      option: `--${name}`,
      value,
      rule: `nothing with the solver ${solver.name}: it has no such option`,
      remedy: `Leave it out, or take ${methods.join(" or ")} in place of the solver.`,
    });
  }
}

/** What a solver's options are where none is given; nothing where it needs some. */
function defaultsOf(solver: Solver): object {
  if (solver.options?.table) return solver.options.table;
  try {
    return solver.resolveOptions();
  } catch {
    return {};
  }
}
