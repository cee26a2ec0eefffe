import { portableLog } from "./portable-math.js";

const PLACES = 128;
const middles = Float64Array.from({ length: PLACES }, (_, i) => 1 + (i + 0.5) / PLACES);
const inverses = middles.map((middle) => 1 / middle);
const logs = inverses.map((inverse) => -portableLog(inverse));
const LN2 = portableLog(2);
const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
const HIGH = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Natural logarithm of a positive, normal number, good to 1e-12, from a table and a short series: for where there are many. The same bits everywhere. */
export function shortLog(x: number): number {
  double[0] = x;
  const high = halves[HIGH];
  halves[HIGH] = (high & 0x000fffff) | 0x3ff00000;
  const place = (high >> 13) & (PLACES - 1);
  const r = double[0] * inverses[place] - 1;
  const series = r * (1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4))));
  return (((high >> 20) & 0x7ff) - 1023) * LN2 + (logs[place] + series);
}
