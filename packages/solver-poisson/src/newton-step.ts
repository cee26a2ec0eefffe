import { buildNnlsWorkspace, type NnlsWorkspace, solveNnls } from "@flashdeconv/solver";
import type { CountLikelihood } from "./count-likelihood.js";
import { buildLikelySupport, guessMinimum, type LikelySupport } from "./likely-support.js";

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
  readonly support: LikelySupport;
  /** The picture's gradient at its minimum, over active types. */
  readonly reached: Float64Array;
  /** What the gradient takes of each count's shares: omega_g y_g / mu_g. */
  ratios: Float32Array;
  /** The root of each count's curvature: that of F along mu_g, omega_g y_g / mu_g^2. */
  roots: Float32Array;
  /** One column per type: shares of the row's genes. */
  columns: Float32Array;
  /** One column per active type: shares times roots. */
  slopes: Float32Array;
}

/** Counts whose products are summed in single precision before they are added up in double. */
const STRETCH = 128;
/** An expected count below this is taken for this, and a root of curvature above that for that: no sum is infinite. */
const LEAST_MEAN = Math.fround(1e-18);
const MOST_ROOT = Math.fround(1e18);
/** Added to the curvature's diagonal, as a share of it: more than rounding in single precision can take away, and far less than counts can tell. */
const DAMPING = 2 ** -18;
const { fround } = Math;

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
    support: buildLikelySupport(typeCount),
    reached: new Float64Array(typeCount),
    ratios: new Float32Array(0),
    roots: new Float32Array(0),
    columns: new Float32Array(0),
    slopes: new Float32Array(0),
  };
}

/**
 * From `abundance`, by one step of Newton's method on the active set (Bertsekas 1982): types that are there, or that the gradient
 * calls for, move to the minimum over b >= 0 of the second-order picture of F, `next`; the others stay at 0.
 *
 * The curvature is the observed one: genes without a count have none, exactly, so only stored counts are visited. Sums over
 * counts are taken in single precision. The kernel (packages/kernels/assembly/newton-step.ts) adds in the same order.
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
export function landStep({ abundance, gradient, next, active, activeCount, reached }: NewtonStep): void {
  for (let a = 0; a < activeCount; a++) gradient[active[a]] = reached[a];
  abundance.set(next);
}

/** Expected counts at `abundance`, and with them the gradient and the curvature of each count. */
export function differentiate(step: NewtonStep, row: CountRow): void {
  const { likelihood, abundance, gradient } = step;
  const { typeCount, shares, weights, totals } = likelihood;
  const length = row.end - row.start;
  if (step.roots.length < length) makeRoom(step, 2 * length);
  const { ratios, roots, columns } = step;
  for (let i = 0; i < length; i++) {
    const gene = row.indices[row.start + i];
    const at = gene * typeCount;
    let mean = 0;
    for (let k = 0; k < typeCount; k++) {
      const share = shares[at + k];
      columns[k * length + i] = share;
      mean = fround(mean + fround(fround(abundance[k]) * share));
    }
    const inverse = fround(1 / Math.max(mean, LEAST_MEAN));
    const weighted = fround(weights[gene] * fround(row.values[row.start + i]));
    ratios[i] = fround(weighted * inverse);
    roots[i] = Math.min(fround(fround(Math.sqrt(weighted)) * inverse), MOST_ROOT);
  }
  for (let k = 0; k < typeCount; k++) {
    gradient[k] = totals[k] - productOf(ratios.subarray(0, length), columns.subarray(k * length));
  }
}

function makeRoom(step: NewtonStep, length: number): void {
  const { typeCount } = step.likelihood;
  step.ratios = new Float32Array(length);
  step.roots = new Float32Array(length);
  step.columns = new Float32Array(typeCount * length);
  step.slopes = new Float32Array(typeCount * length);
}

/** The sum of products of two columns, as long as the first: of every fourth count by itself, a stretch at a time. */
function productOf(one: Float32Array, other: Float32Array): number {
  let total = 0;
  for (let from = 0; from < one.length; from += STRETCH) {
    const end = Math.min(from + STRETCH, one.length);
    let [a, b, c, d] = [0, 0, 0, 0];
    let i = from;
    for (; i + 3 < end; i += 4) {
      a = fround(a + fround(one[i] * other[i]));
      b = fround(b + fround(one[i + 1] * other[i + 1]));
      c = fround(c + fround(one[i + 2] * other[i + 2]));
      d = fround(d + fround(one[i + 3] * other[i + 3]));
    }
    if (i < end) a = fround(a + fround(one[i] * other[i]));
    if (i + 1 < end) b = fround(b + fround(one[i + 1] * other[i + 1]));
    if (i + 2 < end) c = fround(c + fround(one[i + 2] * other[i + 2]));
    total += fround(fround(a + c) + fround(b + d));
  }
  return total;
}

/** Solves the quadratic x'Hx / 2 - target'x around `abundance`, over the active types and x >= 0. */
function pictureSecondOrder(step: NewtonStep, row: CountRow): NnlsWorkspace {
  const { likelihood, abundance, gradient, active, pictures } = step;
  const { totals } = likelihood;
  let size = 0;
  for (let k = 0; k < abundance.length; k++) {
    if (abundance[k] > 0 || gradient[k] < 0) active[size++] = k;
  }
  step.activeCount = size;
  pictures[size] ??= buildPicture(size);
  const picture = pictures[size];
  if (size === 0) return picture;
  const { gram, target } = picture;
  addCurvatures(step, row, gram);
  for (let a = 0; a < size; a++) {
    const k = active[a];
    const damped = DAMPING * gram[a * size + a] * abundance[k];
    // H b - g: H b is what the gradient took from the totals.
    target[a] = totals[k] - 2 * gradient[k] + damped;
  }
  guessMinimum(step.support, picture);
  if (!isMinimum(step, picture)) {
    solveNnls(picture, 0);
    isMinimum(step, picture);
  }
  return picture;
}

/** Finds the gradient at the picture's `x`, and whether no type that is absent there would rather be there. */
function isMinimum({ reached }: NewtonStep, { gram, target, x }: NnlsWorkspace): boolean {
  const size = x.length;
  let isLeast = true;
  for (let b = 0; b < size; b++) {
    let sum = 0;
    for (let a = 0; a < size; a++) if (x[a] > 0) sum += gram[b * size + a] * x[a];
    reached[b] = sum - target[b];
    if (!(x[b] > 0 || reached[b] >= 0)) isLeast = false;
  }
  return isLeast;
}

function buildPicture(size: number): NnlsWorkspace {
  const [target, x] = [new Float64Array(size), new Float64Array(size)];
  return buildNnlsWorkspace({ gram: new Float64Array(size * size), target, x });
}

/** H, the products of active types' slopes, a little more on its diagonal. */
function addCurvatures(step: NewtonStep, row: CountRow, gram: Float64Array): void {
  const { active, activeCount: size, roots, columns, slopes } = step;
  const length = row.end - row.start;
  for (let a = 0; a < size; a++) {
    const at = active[a] * length;
    for (let i = 0; i < length; i++) slopes[a * length + i] = roots[i] * columns[at + i];
  }
  for (let a = 0; a < size; a++) {
    const own = slopes.subarray(a * length, (a + 1) * length);
    for (let b = 0; b < a; b++) {
      const product = productOf(own, slopes.subarray(b * length));
      gram[a * size + b] = product;
      gram[b * size + a] = product;
    }
    const square = productOf(own, own);
    gram[a * size + a] = square + square * DAMPING;
  }
}
