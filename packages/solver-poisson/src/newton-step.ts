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
  /** Types in use, ascending: the first `activeCount`. */
  readonly active: Int32Array;
  activeCount: number;
  /** The second-order picture over so many active types, in their order; made when it is first wanted. */
  readonly pictures: NnlsWorkspace[];
  /** The root of each count's curvature: that of F along mu_g, omega_g y_g / mu_g^2. */
  roots: Float64Array;
  /** One stretch per active type: shares of the row's genes, times the roots. */
  slopes: Float64Array;
}

export function buildNewtonStep(likelihood: CountLikelihood): NewtonStep {
  const { typeCount } = likelihood;
  return {
    likelihood,
    abundance: new Float64Array(typeCount),
    gradient: new Float64Array(typeCount),
    next: new Float64Array(typeCount),
    active: new Int32Array(typeCount),
    activeCount: 0,
    pictures: [],
    roots: new Float64Array(0),
    slopes: new Float64Array(0),
  };
}

/**
 * From `abundance`, by one step of Newton's method on the active set (Bertsekas 1982): types that are there, or that the gradient
 * calls for, move to the minimum over b >= 0 of the second-order picture of F, `next`; the others stay at 0.
 *
 * The curvature is the observed one: genes without a count have none, exactly, so only stored counts are visited. The kernel
 * (packages/kernels/assembly/refine-counts.ts) adds in the same order.
 *
 * @returns the largest move of any abundance
 */
export function takeStep(step: NewtonStep, row: CountRow): number {
  differentiate(step, row);
  return moveToMinimum(step, row);
}

/** The same, where the row has been differentiated at `abundance`. */
export function moveToMinimum(step: NewtonStep, row: CountRow): number {
  const { abundance, active, next } = step;
  const { x } = pictureSecondOrder(step, row);
  next.set(abundance);
  let moved = 0;
  for (let a = 0; a < x.length; a++) {
    next[active[a]] = x[a];
    moved = Math.max(moved, Math.abs(x[a] - abundance[active[a]]));
  }
  return moved;
}

/** Goes to where the step ended, with the gradient that its picture has there. Of other types it says nothing, and they have not moved. */
export function landStep({ abundance, gradient, next, active, activeCount, pictures }: NewtonStep): void {
  if (activeCount === 0) return;
  const { gram, target: moves } = pictures[activeCount];
  for (let a = 0; a < activeCount; a++) moves[a] = next[active[a]] - abundance[active[a]];
  for (let a = 0; a < activeCount; a++) {
    let change = 0;
    for (let b = 0; b < activeCount; b++) change += gram[a * activeCount + b] * moves[b];
    gradient[active[a]] += change;
  }
  abundance.set(next);
}

/** Expected counts at `abundance`, and with them the gradient and the curvature of each count. Means are summed in two, over even and odd types. */
export function differentiate(step: NewtonStep, row: CountRow): void {
  const { likelihood, abundance, gradient } = step;
  const { typeCount, shares, weights, totals } = likelihood;
  const length = row.end - row.start;
  if (step.roots.length < length) step.roots = new Float64Array(2 * length);
  const { roots } = step;
  gradient.set(totals);
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
    const inverse = mean > 0 ? 1 / mean : 0;
    const weighted = weights[gene] * row.values[row.start + i];
    const ratio = weighted * inverse;
    roots[i] = Math.sqrt(weighted) * inverse;
    for (let l = 0; l < typeCount; l++) gradient[l] -= ratio * shares[at + l];
  }
}

/** Solves the quadratic x'Hx / 2 - target'x around `abundance`, over the active types and x >= 0. */
function pictureSecondOrder(step: NewtonStep, row: CountRow): NnlsWorkspace {
  const { abundance, gradient, active, pictures } = step;
  let size = 0;
  for (let k = 0; k < abundance.length; k++) {
    if (abundance[k] > 0 || gradient[k] < 0) active[size++] = k;
  }
  step.activeCount = size;
  pictures[size] ??= buildPicture(size);
  const picture = pictures[size];
  if (size === 0) return picture;
  const { gram, target, x } = picture;
  addCurvatures(step, row, gram);
  for (let a = 0; a < size; a++) x[a] = abundance[active[a]];
  for (let a = 0; a < size; a++) {
    let sum = 0;
    for (let b = 0; b < size; b++) sum += gram[a * size + b] * x[b];
    target[a] = sum - gradient[active[a]];
  }
  solveNnls(picture, 0);
  return picture;
}

function buildPicture(size: number): NnlsWorkspace {
  const [target, x] = [new Float64Array(size), new Float64Array(size)];
  return buildNnlsWorkspace({ gram: new Float64Array(size * size), target, x });
}

/**
 * H, the products of active types' slopes: sums over the counts in their order, of two by two types at a time, so that an addition need
 * not wait for the one before.
 */
function addCurvatures(step: NewtonStep, row: CountRow, gram: Float64Array): void {
  const { likelihood, active, activeCount: size, roots } = step;
  const { typeCount, shares } = likelihood;
  const length = row.end - row.start;
  if (step.slopes.length < size * length) step.slopes = new Float64Array(2 * typeCount * length);
  const { slopes } = step;
  for (let i = 0; i < length; i++) {
    const at = row.indices[row.start + i] * typeCount;
    for (let a = 0; a < size; a++) slopes[a * length + i] = roots[i] * shares[at + active[a]];
  }
  for (let a = 0; a < size; a += 2) {
    // The last type stands beside itself where there is no other.
    const nextA = Math.min(a + 1, size - 1);
    for (let b = 0; b <= a; b += 2) {
      const nextB = Math.min(b + 1, size - 1);
      const [atA, atNextA, atB, atNextB] = [a * length, nextA * length, b * length, nextB * length];
      let first = 0;
      let second = 0;
      let third = 0;
      let fourth = 0;
      for (let i = 0; i < length; i++) {
        const one = slopes[atA + i];
        const two = slopes[atNextA + i];
        const three = slopes[atB + i];
        const four = slopes[atNextB + i];
        first += one * three;
        second += one * four;
        third += two * three;
        fourth += two * four;
      }
      gram[a * size + b] = first;
      gram[b * size + a] = first;
      gram[a * size + nextB] = second;
      gram[nextB * size + a] = second;
      gram[nextA * size + b] = third;
      gram[b * size + nextA] = third;
      gram[nextA * size + nextB] = fourth;
      gram[nextB * size + nextA] = fourth;
    }
  }
}
