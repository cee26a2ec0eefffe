import { numbered, optionName } from "@flashdeconv/core/internal";
import type { Solution } from "@flashdeconv/solver";
import type { SpotAnswers } from "../../contracts/answers.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import { SPOT_STATUSES } from "./spot-answers.js";

/** Tells what the user should know of the answers: spots without one, and whether the solver came to its end. */
export function noteOutcome(
  { statuses }: Pick<SpotAnswers, "statuses">,
  solution: Pick<Solution, "converged" | "sweeps" | "proportionErrorEstimate" | "doubleFrom">,
  { empty, maxSweeps }: Pick<DeconvolveOptions, "empty" | "maxSweeps">,
  notices: NoticeList,
): void {
  const counts = SPOT_STATUSES.map(() => 0);
  for (const status of statuses) counts[status]++;
  const [, fromNeighbors, noCounts, noAnswer] = counts;
  if (fromNeighbors > 0) {
    const message = `Without counts in the selected genes: ${numbered(fromNeighbors, "spot")}, filled from the neighbours.`;
    notices.add({ code: "spots-from-neighbours", message });
  }
  const written = empty === "nan" ? "NaN" : "equal proportions";
  if (noCounts > 0) {
    const message = `Without counts in the selected genes: ${numbered(noCounts, "spot")}, written as ${written}.`;
    notices.add({ code: "spots-without-counts", message });
  }
  if (noAnswer > 0) {
    const message = `With counts that no type fits: ${numbered(noAnswer, "spot")}, written as ${written}.`;
    notices.add({ code: "spots-without-answer", message });
  }
  if (solution.doubleFrom !== undefined) {
    notices.add({
      code: "went-on-in-double",
      message: `Rounding in single precision kept the solve from converging: it continued in double precision after sweep ${solution.doubleFrom}.`,
    });
  }
  if (!solution.converged) {
    const error = solution.proportionErrorEstimate.toPrecision(2);
    // More sweeps help only where all that were allowed have been made.
    const tolerance = optionName("tolerance");
    const advice =
      solution.sweeps < maxSweeps ? `Raise ${tolerance}` : `Raise ${optionName("maxSweeps")} or ${tolerance}`;
    notices.add({
      code: "not-converged",
      message: `Not converged after ${numbered(solution.sweeps, "sweep")}: proportions may be wrong by about ${error}. ${advice}.`,
    });
  }
}
