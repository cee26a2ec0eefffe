import type { Solution } from "@flashdeconv/solver";
import type { DeconvolveOptions } from "../deconvolve-options.js";
import type { NoticeList } from "../notice-list.js";
import type { SpotAnswers } from "./spot-answers.js";

/** Tells what the user should know of the answers: spots without one, and whether the solver came to its end. */
export function noteOutcome(
  { statuses }: Pick<SpotAnswers, "statuses">,
  solution: Pick<Solution, "converged" | "sweeps" | "proportionErrorEstimate">,
  { empty, precision }: Pick<DeconvolveOptions, "empty" | "precision">,
  notices: NoticeList,
): void {
  const counts = [0, 0, 0, 0];
  for (const status of statuses) counts[status]++;
  const [, fromNeighbors, noCounts, noAnswer] = counts;
  if (fromNeighbors > 0) {
    const message = `${fromNeighbors} spots have no counts in the selected genes; they are filled from their neighbours.`;
    notices.add({ code: "spots-from-neighbours", message });
  }
  const written = empty === "nan" ? "NaN" : "equal proportions";
  if (noCounts > 0) {
    const message = `${noCounts} spots have no counts in the selected genes and get ${written}.`;
    notices.add({ code: "spots-without-counts", message });
  }
  if (noAnswer > 0) {
    const message = `${noAnswer} spots have counts but no type fits them; they get ${written}.`;
    notices.add({ code: "spots-without-answer", message });
  }
  if (!solution.converged) {
    const error = solution.proportionErrorEstimate.toPrecision(2);
    // Rounding of single precision moves abundances by some 1e-7, which may be all that is left.
    const rounding = precision === "float32" ? ", or take --precision float64 where it is near 1e-6" : "";
    notices.add({
      code: "not-converged",
      message: `Not converged after ${solution.sweeps} sweeps: solved only to within about ${error} of the optimum. Raise --max-sweeps or --tolerance${rounding}.`,
    });
  }
}
