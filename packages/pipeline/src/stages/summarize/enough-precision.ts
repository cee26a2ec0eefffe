import { optionName } from "@flashdeconv/core/internal";
import type { Solver, SolverSession } from "@flashdeconv/solver";
import { looksAtNeighbors, roundingError } from "@flashdeconv/solver/internal";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";

/**
 * The precision to keep statistics in: double where nothing is smoothed and types are so alike that the rounding of single precision
 * would move proportions by more than the tolerance. No sweep can make good what rounding took.
 */
export function enoughPrecision(
  solver: Pick<Solver, "coupling">,
  session: SolverSession,
  { precision, tolerance }: Pick<DeconvolveOptions, "precision" | "tolerance">,
  notices: NoticeList,
): DeconvolveOptions["precision"] {
  if (precision === "float64" || looksAtNeighbors(solver, session)) return precision;
  const error = roundingError(session, precision);
  if (error <= tolerance) return precision;
  notices.add({
    code: "went-on-in-double",
    message: `Some types are so alike that the rounding of single precision might move proportions by ${error.toPrecision(2)}, more than ${optionName("tolerance", tolerance)}: spots were summarised and solved in double precision.`,
  });
  return "float64";
}
