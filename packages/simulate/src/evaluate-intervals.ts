import { ShapeError, type Values } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** How often intervals hold the truth, and what comes of calling a type present by its lower bound. */
export interface IntervalEvaluation {
  /** Entries that have an interval and a truth. */
  readonly entryCount: number;
  /** Share of them whose interval holds the truth. */
  readonly coverage: number;
  /** The same of entries that are estimated above the threshold, and how many these are. */
  readonly coverageAbove: number;
  readonly aboveCount: number;
  /** Entries whose lower bound is above the threshold, so many are called present. */
  readonly presentCount: number;
  /** Share of them that are no more than the threshold in truth. */
  readonly falsePresence: number;
  /** Share of what is above the threshold in truth that is called present. */
  readonly presenceRecall: number;
  /** Mean of upper less lower bounds. */
  readonly meanWidth: number;
}

/** N x K tables, row-major: proportions, their intervals and the truth. */
export interface IntervalsToJudge {
  readonly estimate: Values;
  readonly low: Values;
  readonly high: Values;
  readonly truth: Values;
}

/** What is above this share is there. */
const PRESENT = 0.02;
/** Bounds are kept in single precision. */
const ROUNDING = 1e-6;

/**
 * Compares intervals with the truth; entries with a NaN in any table are left out. What is not defined is NaN.
 *
 * @throws ShapeError where the tables differ in size
 */
export function evaluateIntervals(
  { estimate, low, high, truth }: IntervalsToJudge,
  threshold = PRESENT,
): IntervalEvaluation {
  for (const table of [low, high, truth]) {
    if (table.length === estimate.length) continue;
    throw new ShapeError({
      subject: "evaluation of intervals",
      found: `tables of ${numbered(estimate.length, "number")} and ${table.length}`,
      expected: "the same number in all",
      remedy: "Give one row per spot and one column per type in all tables.",
    });
  }
  let [entries, held, above, heldAbove, present, absent, there, found, width] = new Array<number>(9).fill(0);
  for (let i = 0; i < estimate.length; i++) {
    const [from, to, actual] = [low[i], high[i], truth[i]];
    if (Number.isNaN(from + to + actual + estimate[i])) continue;
    const isHeld = actual >= from - ROUNDING && actual <= to + ROUNDING;
    entries++;
    width += to - from;
    if (isHeld) held++;
    if (estimate[i] > threshold) {
      above++;
      if (isHeld) heldAbove++;
    }
    if (from > threshold) {
      present++;
      if (!(actual > threshold)) absent++;
    }
    if (actual > threshold) {
      there++;
      if (from > threshold) found++;
    }
  }
  return {
    entryCount: entries,
    coverage: held / entries,
    coverageAbove: heldAbove / above,
    aboveCount: above,
    presentCount: present,
    falsePresence: absent / present,
    presenceRecall: found / there,
    meanWidth: width / entries,
  };
}
