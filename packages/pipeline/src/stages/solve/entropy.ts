import { portableLog } from "@flashdeconv/core/internal";
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

const PLACES = 128;
const middles = Float64Array.from({ length: PLACES }, (_, i) => 1 + (i + 0.5) / PLACES);
const inverses = middles.map((middle) => 1 / middle);
const logs = inverses.map((inverse) => -portableLog(inverse));
const LN2 = portableLog(2);
const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
const HIGH = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Natural logarithm, good to 1e-12, from a table and a short series: there is one for each share of each spot. */
function shortLog(x: number): number {
  double[0] = x;
  const high = halves[HIGH];
  halves[HIGH] = (high & 0x000fffff) | 0x3ff00000;
  const place = (high >> 13) & (PLACES - 1);
  const r = double[0] * inverses[place] - 1;
  const series = r * (1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4))));
  return (((high >> 20) & 0x7ff) - 1023) * LN2 + (logs[place] + series);
}
