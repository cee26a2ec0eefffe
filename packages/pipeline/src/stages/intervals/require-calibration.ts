import { OptionError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { Amount } from "../../contracts/options.js";
import type { SectionSummary } from "../../contracts/summary.js";
import type { Strengths } from "../solve/set-smoothing.js";

export interface IntervalSettings {
  readonly strengths: Strengths;
  readonly epsilon: number | undefined;
  readonly amount: Amount;
}

/**
 * Refuses intervals of kept statistics that nothing was calibrated for.
 *
 * @throws OptionError where the statistics hold no calibration, or one of other strengths or shares
 */
export function requireCalibration(
  { calibration, score, parameters }: Pick<SectionSummary, "calibration" | "score" | "parameters">,
  { strengths, epsilon, amount }: IntervalSettings,
): void {
  if (!calibration) {
    // As in a run: there are none, and that is told.
    if (score?.level === "red") return;
    if (parameters.types_dropped !== undefined) {
      throw refused("they were found for the types as they were, not left out or taken together");
    }
    throw refused("these statistics were kept without them, and counts are needed to find how wide they are");
  }
  const { smoothing, shrinkage } = calibration.strengths;
  if (strengths.smoothing !== smoothing || strengths.shrinkage !== shrinkage) {
    throw refused(
      `they were found for a smoothing of ${smoothing} and a shrinkage of ${shrinkage}`,
      `Leave ${optionName("smoothing")} as the run had it`,
    );
  }
  if (epsilon !== calibration.epsilon)
    throw refused(`they were found for an epsilon of ${calibration.epsilon}`);
  if (amount !== calibration.amount) {
    throw refused(
      `they were found for shares of ${calibration.amount}`,
      `Leave ${optionName("amount")} as the run had it`,
    );
  }
}

function refused(reason: string, remedy = "Leave it out"): OptionError {
  return new OptionError({
    option: "intervals",
    value: true,
    rule: `it left out with these statistics: ${reason}`,
    remedy: `${remedy}, or run it on the section itself.`,
  });
}
