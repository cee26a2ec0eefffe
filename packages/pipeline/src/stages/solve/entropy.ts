import { shortLog } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";

/** Shares below add nothing that shows, and 0 has no logarithm. */
const SMALLEST_SHARE = 1e-12;

/** Entropy of a row's shares in nats: 0 for a single type, ln K for K equal ones, NaN where there is no answer. */
export function entropyOf(rows: StatArray, start: number, typeCount: number): number {
  let sum = 0;
  for (let at = start; at < start + typeCount; at++) {
    const share = rows[at];
    if (!(share < SMALLEST_SHARE)) sum -= share * shortLog(share);
  }
  // Rounding may take a single type below 0.
  return Math.max(sum, 0);
}
