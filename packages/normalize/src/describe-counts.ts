import type { CountReport } from "./count-check.js";

/** No logarithm of what was ever sequenced is above this: it would stand for 485 million counts, or, to base 2, a million. */
const GREATEST_LOGARITHM = 20;

/** Sums of spots that differ by no more were made equal; the rest is rounding, to a few decimals in a table. Depths never agree so. */
const EQUAL_SUMS = 1.01;
/** A few spots may agree by chance. */
const FEWEST_SPOTS = 5;

export type CountVerdict = "counts" | "decimal counts" | "normalised counts" | "logged or scaled" | "invalid";

/**
 * What kind of matrix the values look like: `"counts"` without any fault; where some values are not whole, and none is negative,
 * `"normalised counts"` if all spots have nearly the same sum, as CPM or CP10k have, else `"decimal counts"` if the greatest is too
 * large for a logarithm, as the removal of ambient RNA leaves them; else `"logged or scaled"` (negative ones are what centring
 * leaves); `"invalid"` when values are not finite, or negative though whole.
 */
export function describeCounts(report: CountReport): CountVerdict {
  const kinds = new Set(report.faults.map((fault) => fault.kind));
  if (kinds.size === 0) return "counts";
  if (kinds.has("not finite") || !kinds.has("not whole")) return "invalid";
  if (kinds.has("negative")) return "logged or scaled";
  if (hasEqualSums(report)) return "normalised counts";
  return report.max > GREATEST_LOGARITHM ? "decimal counts" : "logged or scaled";
}

function hasEqualSums({ spotCount, emptySpotCount, leastTotal, greatestTotal }: CountReport): boolean {
  return spotCount - emptySpotCount >= FEWEST_SPOTS && greatestTotal <= EQUAL_SUMS * leastTotal;
}
