/**
 * Logarithm and exponential from +, -, * and / alone.
 *
 * The language fixes the result of those four to the last bit but leaves that of `Math.log` and `Math.exp` to the
 * engine. Simulated data and results must be the same on every machine, so they are built on these. Both are good to about 1e-15
 * relative.
 */

const LN2_HIGH = 0.6931471803691238; // leading bits of ln 2: times a small integer it is exact
const LN2_LOW = 1.9082149292705877e-10;

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
const HIGH = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Natural logarithm of a positive, normal number. */
export function portableLog(x: number): number {
  double[0] = x;
  const high = halves[HIGH];
  let exponent = ((high >> 20) & 0x7ff) - 1023;
  halves[HIGH] = (high & 0x000fffff) | 0x3ff00000;
  let mantissa = double[0];
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent++;
  }
  return exponent * LN2_HIGH + (exponent * LN2_LOW + logNearOne(mantissa - 1));
}

/** ln(1 + x) for x >= 0, exact for small x too. */
export function portableLog1p(x: number): number {
  return x < 0.4 ? logNearOne(x) : portableLog(1 + x);
}

/** e to the power of x, for x between -700 and 700. */
export function portableExp(x: number): number {
  const power = Math.round(x / Math.LN2);
  const rest = x - power * LN2_HIGH - power * LN2_LOW;
  let sum = 1;
  for (let i = 14; i >= 1; i--) sum = 1 + (sum * rest) / i;
  double[0] = 0;
  halves[HIGH] = (power + 1023) << 20;
  return sum * double[0];
}

/** ln(1 + f) for f between -0.3 and 0.42: the series of 2 artanh(s), s = f / (2 + f). */
function logNearOne(f: number): number {
  const s = f / (2 + f);
  const square = s * s;
  let sum = 0;
  for (let i = 23; i >= 3; i -= 2) sum = (sum + 1 / i) * square;
  return 2 * s * (1 + sum);
}
