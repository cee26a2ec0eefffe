import { buildNnlsWorkspace, type NnlsWorkspace, solveNnls } from "@flashdeconv/solver";
import type { CountLikelihood } from "./count-likelihood.js";

/** The non-zero counts of one spot: `values[start .. end - 1]` of the genes `indices[start .. end - 1]`. */
export interface CountRow {
  readonly indices: Int32Array;
  readonly values: Float32Array | Float64Array | Int32Array;
  readonly start: number;
  readonly end: number;
}

/** Where a spot stands, and scratch memory for its steps; made once, used for every spot. */
export interface NewtonStep {
  readonly likelihood: CountLikelihood;
  /** K: expected counts of each type, at least 0, where a step begins. */
  readonly abundance: Float64Array;
  /** K: the gradient of F there. */
  readonly gradient: Float64Array;
  /** K: where the step ends. */
  readonly next: Float64Array;
  /** The second-order picture, whose answer is `next`. */
  readonly picture: NnlsWorkspace;
  /** Types in use, ascending, as many as the function at work says. */
  readonly active: Int32Array;
  /** For each count of the row: omega_g y_g / mu_g^2, the curvature of F along mu_g; then its root. */
  curvatures: Float64Array;
  /** One stretch per active type: shares of the row's genes, times the root of each gene's curvature. */
  slopes: Float64Array;
}

export function buildNewtonStep(likelihood: CountLikelihood): NewtonStep {
  const { typeCount } = likelihood;
  const next = new Float64Array(typeCount);
  const gram = new Float64Array(typeCount * typeCount);
  return {
    likelihood,
    abundance: new Float64Array(typeCount),
    gradient: new Float64Array(typeCount),
    next,
    picture: buildNnlsWorkspace({ gram, target: new Float64Array(typeCount), x: next }),
    active: new Int32Array(typeCount),
    curvatures: new Float64Array(0),
    slopes: new Float64Array(0),
  };
}

/**
 * From `abundance`, by one step of Newton's method on the active set (Bertsekas 1982): types that are there, or that the gradient
 * calls for, move to the minimum over b >= 0 of the second-order picture of F, `next`; the others stay at 0.
 *
 * The curvature is the observed one: genes without a count have none, exactly, so only stored counts are visited. Sums over types
 * are made of two, over even and odd ones, and sums over counts of four.
 *
 * @returns the largest move of any abundance
 */
export function takeStep(step: NewtonStep, row: CountRow): number {
  const { abundance, next, picture } = step;
  differentiate(step, row);
  const activeCount = pictureSecondOrder(step, row);
  for (let k = 0; k < next.length; k++) next[k] = abundance[k];
  if (activeCount > 0) solveNnls(picture, 0);
  let moved = 0;
  for (let k = 0; k < next.length; k++) moved = Math.max(moved, Math.abs(next[k] - abundance[k]));
  return moved;
}

/** Goes to where the step ended, with the gradient that its picture has there. */
export function landStep({ abundance, gradient, next, picture, active }: NewtonStep): void {
  const typeCount = next.length;
  const { gram } = picture;
  const moves = picture.target;
  for (let k = 0; k < typeCount; k++) moves[k] = next[k] - abundance[k];
  let a = 0;
  for (let k = 0; k < typeCount; k++) {
    // Of a type that was not active the picture says nothing, and it has not moved.
    if (active[a] !== k) continue;
    a++;
    let change = 0;
    for (let l = 0; l < typeCount; l++) change += gram[k * typeCount + l] * moves[l];
    gradient[k] += change;
  }
  for (let k = 0; k < typeCount; k++) abundance[k] = next[k];
}

/** Expected counts at `abundance`, and with them the gradient and the curvature of each count. */
function differentiate(step: NewtonStep, row: CountRow): void {
  const { likelihood, abundance, gradient } = step;
  const { typeCount, shares, weights, totals } = likelihood;
  const length = row.end - row.start;
  if (step.curvatures.length < length) step.curvatures = new Float64Array(2 * length);
  const { curvatures } = step;
  for (let k = 0; k < typeCount; k++) gradient[k] = totals[k];
  for (let i = 0; i < length; i++) {
    const gene = row.indices[row.start + i];
    const at = gene * typeCount;
    let even = 0;
    let odd = 0;
    let k = 0;
    for (; k + 1 < typeCount; k += 2) {
      even += abundance[k] * shares[at + k];
      odd += abundance[k + 1] * shares[at + k + 1];
    }
    if (k < typeCount) even += abundance[k] * shares[at + k];
    const mean = even + odd;
    const ratio = mean > 0 ? (weights[gene] * row.values[row.start + i]) / mean : 0;
    curvatures[i] = mean > 0 ? ratio / mean : 0;
    for (let l = 0; l < typeCount; l++) gradient[l] -= ratio * shares[at + l];
  }
}

/** The quadratic x'Hx / 2 - target'x around `abundance`, over the active types. Returns how many there are. */
function pictureSecondOrder(step: NewtonStep, row: CountRow): number {
  const { likelihood, abundance, gradient, active, picture, curvatures } = step;
  const { typeCount, shares } = likelihood;
  const { gram, target } = picture;
  gram.fill(0);
  let activeCount = 0;
  for (let k = 0; k < typeCount; k++) {
    if (abundance[k] > 0 || gradient[k] < 0) {
      active[activeCount++] = k;
      target[k] = -gradient[k];
    } else {
      gram[k * typeCount + k] = 1;
      target[k] = -1;
    }
  }
  active.fill(-1, activeCount);
  const length = row.end - row.start;
  // With zeros at the end, for sums of four.
  const stride = (length + 3) & ~3;
  if (step.slopes.length < activeCount * stride) step.slopes = new Float64Array(2 * typeCount * stride);
  const { slopes } = step;
  for (let i = 0; i < length; i++) {
    const root = Math.sqrt(curvatures[i]);
    const at = row.indices[row.start + i] * typeCount;
    for (let a = 0; a < activeCount; a++) slopes[a * stride + i] = root * shares[at + active[a]];
  }
  for (let a = 0; a < activeCount; a++) {
    for (let i = length; i < stride; i++) slopes[a * stride + i] = 0;
    for (let b = 0; b <= a; b++) {
      const product = dotProduct(slopes, a * stride, b * stride, stride);
      gram[active[a] * typeCount + active[b]] = product;
      gram[active[b] * typeCount + active[a]] = product;
    }
  }
  for (let a = 0; a < activeCount; a++) {
    const row = active[a] * typeCount;
    let sum = 0;
    for (let b = 0; b < activeCount; b++) sum += gram[row + active[b]] * abundance[active[b]];
    target[active[a]] += sum;
  }
  return activeCount;
}

/** Of two stretches of one array, their length a multiple of four; four sums at a time, so that no addition waits for the one before. */
function dotProduct(values: Float64Array, a: number, b: number, length: number): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let i = 0; i < length; i += 4) {
    first += values[a + i] * values[b + i];
    second += values[a + i + 1] * values[b + i + 1];
    third += values[a + i + 2] * values[b + i + 2];
    fourth += values[a + i + 3] * values[b + i + 3];
  }
  return first + second + (third + fourth);
}
