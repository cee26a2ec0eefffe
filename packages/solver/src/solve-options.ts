import { OptionError } from "@flashdeconv/core";

export interface SolveOptions {
  /** Largest error of any proportion to stop at, as estimated; 1e-3 by default, a tenth of a per cent of a spot. */
  readonly tolerance: number;
  /** Sweeps over all spots after which to give up; the result then says that it has not converged. */
  readonly maxSweeps: number;
}

export const SOLVE_DEFAULTS: SolveOptions = Object.freeze({ tolerance: 1e-3, maxSweeps: 20_000 });

/** @throws OptionError for a value that cannot be used. */
export function resolveSolveOptions(input: Partial<SolveOptions> = {}): SolveOptions {
  const { tolerance, maxSweeps } = { ...SOLVE_DEFAULTS, ...input };
  if (!(typeof tolerance === "number" && tolerance > 0 && tolerance < 1)) {
    throw new OptionError({ option: "tolerance", value: tolerance, rule: "a number above 0 and below 1" });
  }
  if (!Number.isInteger(maxSweeps) || maxSweeps < 1) {
    throw new OptionError({ option: "maxSweeps", value: maxSweeps, rule: "a whole number of at least 1" });
  }
  return { tolerance, maxSweeps };
}
