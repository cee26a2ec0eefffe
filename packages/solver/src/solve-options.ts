import { checkedOptions, number, type OptionTable, wholeNumber } from "@flashdeconv/core/internal";

export interface SolveOptions {
  /** Largest error of any proportion to stop at, as estimated. */
  readonly tolerance: number;
  /** Sweeps over all spots after which to give up; the result then says that it has not converged. */
  readonly maxSweeps: number;
}

export const SOLVE_OPTIONS: OptionTable<SolveOptions> = Object.freeze({
  tolerance: {
    kind: number({ above: 0, below: 1 }),
    default: 1e-3,
    because: "a tenth of a per cent of a spot",
    meaning: "stop when no proportion is farther than this from the optimum",
  },
  maxSweeps: {
    kind: wholeNumber({ least: 1 }),
    default: 20_000,
    meaning: "most sweeps to make",
  },
});

/** The given options, checked, with the defaults for what is left out. @throws OptionError for a value that an option cannot take. */
export function resolveSolveOptions(input: Partial<SolveOptions> = {}): SolveOptions {
  return checkedOptions(SOLVE_OPTIONS, input);
}
