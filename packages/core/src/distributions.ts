import { portableExp, portableLog, portableLog1p } from "./portable-math.js";
import { nextUniform, type RandomStream } from "./random-stream.js";

/** Standard normal: the polar method (Marsaglia and Bray, 1964). */
export function nextNormal(stream: RandomStream): number {
  while (true) {
    const x = 2 * nextUniform(stream) - 1;
    const y = 2 * nextUniform(stream) - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * portableLog(square)) / square);
  }
}

/** Log-normal with mean 1; `deviation` is the standard deviation of its logarithm. */
export function nextLogNormal(stream: RandomStream, deviation: number): number {
  return portableExp(deviation * (nextNormal(stream) - 0.5 * deviation));
}

/** Poisson. Inversion below a mean of 10; above, PTRS (Hörmann, 1993, "The transformed rejection method"). O(1). */
export function nextPoisson(stream: RandomStream, mean: number): number {
  return mean < 10 ? invertPoisson(stream, mean) : rejectPoisson(stream, mean);
}

function invertPoisson(stream: RandomStream, mean: number): number {
  let rest = nextUniform(stream);
  let probability = portableExp(-mean);
  let count = 0;
  // The bound only stops a sum that rounding keeps below 1.
  while (rest > probability && count < 100) {
    rest -= probability;
    count++;
    probability *= mean / count;
  }
  return count;
}

function rejectPoisson(stream: RandomStream, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  const logMean = portableLog(mean);
  while (true) {
    const u = nextUniform(stream) - 0.5;
    const v = nextUniform(stream);
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= quick) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    const proposed = portableLog((v * inverseAlpha) / (a / (edge * edge) + b));
    if (proposed <= count * logMean - mean - logFactorial(count)) return count;
  }
}

/** ln n!: exact sums for small n, Stirling's series (error below 1e-10) above. */
function logFactorial(n: number): number {
  if (n < LOG_FACTORIALS.length) return LOG_FACTORIALS[n];
  const inverse = 1 / n;
  const series = inverse * (1 / 12 - inverse * inverse * (1 / 360 - inverse * inverse * (1 / 1260)));
  return (n + 0.5) * portableLog(n) - n + HALF_LOG_TWO_PI + series;
}

/** ln(2 pi) / 2. */
const HALF_LOG_TWO_PI = 0.9189385332046728;

const LOG_FACTORIALS = new Float64Array(16);
for (let n = 2; n < LOG_FACTORIALS.length; n++) LOG_FACTORIALS[n] = LOG_FACTORIALS[n - 1] + portableLog(n);

/**
 * Logarithmic distribution on 1, 2, 3, ... with parameter `odds / (1 + odds)`; its mean is `odds / ln(1 + odds)`. A
 * Poisson number of such draws is negative binomial (Quenouille, 1949).
 */
export function nextLogarithmic(stream: RandomStream, odds: number): number {
  const ratio = odds / (1 + odds);
  let rest = nextUniform(stream);
  let probability = ratio / portableLog1p(odds);
  let count = 1;
  // The ratio is below 1, so the bound is only for a sum that rounding keeps below 1.
  while (rest > probability && probability > 1e-18) {
    rest -= probability;
    count++;
    probability *= (ratio * (count - 1)) / count;
  }
  return count;
}
