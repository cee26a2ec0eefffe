import { OptionError } from "@flashdeconv/core";

export interface SolverFlags {
  readonly lambda?: number | "auto";
  readonly rho?: number;
  readonly solverOptions?: Readonly<Record<string, unknown>>;
}

/** The solver's own options, from the flags of the most usual ones and from JSON. Throws OptionError where both set one. */
export function solverOptions({ lambda, rho, solverOptions = {} }: SolverFlags): Record<string, unknown> {
  const fromFlags = Object.entries({ lambda, rho }).filter(([, value]) => value !== undefined);
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
