import type { Solution } from "@flashdeconv/solver";
import type { DeconvolveOptions } from "./deconvolve-options.js";
import type { NoticeList } from "./notice-list.js";
import type { SpotAnswers } from "./spot-answers.js";

/** Tells what the user should know of the answers: spots without one, and whether the solver came to its end. */
export function noteOutcome(
  { statuses }: SpotAnswers,
  solution: Pick<Solution, "converged" | "sweeps" | "proportionErrorEstimate">,
  { empty }: DeconvolveOptions,
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
    notices.add({
      code: "not-converged",
      message: `Not converged after ${solution.sweeps} sweeps: proportions may be wrong by about ${solution.proportionErrorEstimate.toPrecision(2)}. Raise --max-sweeps or --tolerance.`,
    });
  }
}
