import { buildNnlsWorkspace, type NnlsWorkspace, solveNnls } from "@flashdeconv/solver";
import type { CountLikelihood } from "./count-likelihood.js";

/** Newton steps after which to leave a spot as it is; three to six are usual. */
const MOST_STEPS = 50;
/** A step that moves no abundance by more than this share of the spot's total is the last; the next would be its square. */
const SMALL_STEP = 1e-4;
/** Share of the decrease promised by the gradient that a step must keep (Armijo). */
const KEPT_DECREASE = 1e-4;
const MOST_HALVINGS = 40;

/** Scratch memory of the fit and its result; made once, used for every spot. */
export interface CountFit {
  readonly likelihood: CountLikelihood;
  /** K: expected counts of each type, at least 0. */
  readonly abundance: Float64Array;
  /** K: the gradient of F there; 0 or more where the abundance is 0. */
  readonly gradient: Float64Array;
  /** The least-squares problem that a spot starts from: its answer is `abundance`. */
  readonly start: NnlsWorkspace;
  /** The second-order picture: its answer is `next`. */
  readonly newton: NnlsWorkspace;
  readonly hessian: Float64Array;
  readonly target: Float64Array;
  readonly next: Float64Array;
  /** Types in use, ascending, as many as the function at work says. */
  readonly active: Int32Array;
  /** Expected counts of the row's genes. */
  means: Float64Array;
  /** One stretch per active type: shares of the row's genes, times the root of each gene's curvature. */
  slopes: Float64Array;
}

export function buildCountFit(likelihood: CountLikelihood): CountFit {
  const { typeCount, gram } = likelihood;
  const abundance = new Float64Array(typeCount);
  const hessian = new Float64Array(typeCount * typeCount);
  const target = new Float64Array(typeCount);
  const next = new Float64Array(typeCount);
  return {
    likelihood,
    abundance,
    gradient: new Float64Array(typeCount),
    start: buildNnlsWorkspace({ gram, target, x: abundance }),
    newton: buildNnlsWorkspace({ gram: hessian, target, x: next }),
    hessian,
    target,
    next,
    active: new Int32Array(typeCount),
    means: new Float64Array(0),
    slopes: new Float64Array(0),
  };
}

/** The non-zero counts of one spot: `values[start .. end - 1]` of the genes `indices[start .. end - 1]`. */
export interface CountRow {
  readonly indices: Int32Array;
  readonly values: Float32Array | Float64Array | Int32Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the most likely abundances of a spot (`fit.abundance`) and the gradient there.
 *
 * Projected Newton on the active set (Bertsekas 1982): types that are there, or that the gradient calls for, move to the
 * minimum over b >= 0 of the second-order picture of F, or as far towards it as lowers F enough. F is convex, so this
 * ends at its minimum from any start; that of weighted least squares is close. Depends on the row alone.
 *
 * @returns Newton steps taken
 */
export function fitCounts(fit: CountFit, row: CountRow): number {
  const { likelihood, abundance, gradient, next, newton } = fit;
  const { typeCount } = likelihood;
  makeRoom(fit, row.end - row.start);
  startFromLeastSquares(fit, row);
  let value = evaluate(fit, row, abundance);
  for (let step = 0; ; step++) {
    differentiate(fit, row);
    if (step === MOST_STEPS || !Number.isFinite(value)) return step;
    pictureSecondOrder(fit, row);
    for (let k = 0; k < typeCount; k++) next[k] = abundance[k];
    solveNnls(newton, 0);
    let slope = 0;
    let total = 0;
    let moved = 0;
    for (let k = 0; k < typeCount; k++) {
      slope += gradient[k] * (next[k] - abundance[k]);
      total += next[k];
      moved = Math.max(moved, Math.abs(next[k] - abundance[k]));
    }
    const isLast = moved <= SMALL_STEP * total;
    let share = 1;
    let reached = evaluate(fit, row, next);
    for (let halving = 0; !isLast && halving < MOST_HALVINGS; halving++) {
      if (reached <= value + KEPT_DECREASE * share * slope) break;
      share /= 2;
      for (let k = 0; k < typeCount; k++) next[k] = (next[k] + abundance[k]) / 2;
      reached = evaluate(fit, row, next);
    }
    for (let k = 0; k < typeCount; k++) abundance[k] = next[k];
    value = reached;
    if (isLast) {
      differentiate(fit, row);
      return step + 1;
    }
  }
}

function makeRoom(fit: CountFit, length: number): void {
  if (fit.means.length >= length) return;
  fit.means = new Float64Array(2 * length);
  fit.slopes = new Float64Array(2 * length * fit.likelihood.typeCount);
}

/** Least squares with each gene weighted by its inverse variance at the mean of all types. */
function startFromLeastSquares({ likelihood, abundance, target, start }: CountFit, row: CountRow): void {
  const { typeCount, shares, inverseMeans } = likelihood;
  target.fill(0);
  for (let i = row.start; i < row.end; i++) {
    const weighted = row.values[i] * inverseMeans[row.indices[i]];
    const at = row.indices[i] * typeCount;
    for (let k = 0; k < typeCount; k++) target[k] += weighted * shares[at + k];
  }
  abundance.fill(0);
  solveNnls(start, 0);
}

/** F at `b`; leaves the means of the row's genes in `fit.means`. */
function evaluate(fit: CountFit, row: CountRow, b: Float64Array): number {
  const { likelihood, means, active } = fit;
  const { typeCount, shares, weights, totals } = likelihood;
  let value = 0;
  let activeCount = 0;
  for (let k = 0; k < typeCount; k++) {
    if (b[k] === 0) continue;
    value += totals[k] * b[k];
    active[activeCount++] = k;
  }
  for (let i = row.start; i < row.end; i++) {
    const gene = row.indices[i];
    const at = gene * typeCount;
    let mean = 0;
    for (let a = 0; a < activeCount; a++) mean += b[active[a]] * shares[at + active[a]];
    means[i - row.start] = mean;
    if (weights[gene] > 0) value -= weights[gene] * row.values[i] * Math.log(mean);
  }
  return value;
}

/** Gradient at `fit.abundance`, whose means `evaluate` has left. */
function differentiate({ likelihood, gradient, means }: CountFit, row: CountRow): void {
  const { typeCount, shares, weights, totals } = likelihood;
  for (let k = 0; k < typeCount; k++) gradient[k] = totals[k];
  for (let i = row.start; i < row.end; i++) {
    const gene = row.indices[i];
    if (weights[gene] === 0) continue;
    const at = gene * typeCount;
    const ratio = (weights[gene] * row.values[i]) / means[i - row.start];
    for (let k = 0; k < typeCount; k++) gradient[k] -= ratio * shares[at + k];
  }
}

/**
 * The quadratic x'`hessian` x / 2 - `target`'x whose minimum over x >= 0 is the Newton step's end: that of the active types,
 * which are there or which the gradient calls for. The others stay at 0.
 */
function pictureSecondOrder(fit: CountFit, row: CountRow): void {
  const { likelihood, abundance, gradient, hessian, target, active, slopes, means } = fit;
  const { typeCount, shares, weights } = likelihood;
  hessian.fill(0);
  let activeCount = 0;
  for (let k = 0; k < typeCount; k++) {
    if (abundance[k] > 0 || gradient[k] < 0) {
      active[activeCount++] = k;
      target[k] = -gradient[k];
    } else {
      hessian[k * typeCount + k] = 1;
      target[k] = -1;
    }
  }
  const length = row.end - row.start;
  for (let i = 0; i < length; i++) {
    const gene = row.indices[row.start + i];
    const root = weights[gene] === 0 ? 0 : Math.sqrt(weights[gene] * row.values[row.start + i]) / means[i];
    const at = gene * typeCount;
    for (let a = 0; a < activeCount; a++) slopes[a * length + i] = root * shares[at + active[a]];
  }
  for (let a = 0; a < activeCount; a++) {
    for (let b = 0; b <= a; b++) {
      const product = dotProduct(slopes, a * length, b * length, length);
      hessian[active[a] * typeCount + active[b]] = product;
      hessian[active[b] * typeCount + active[a]] = product;
    }
  }
  for (let a = 0; a < activeCount; a++) {
    const k = active[a];
    for (let b = 0; b < activeCount; b++)
      target[k] += hessian[k * typeCount + active[b]] * abundance[active[b]];
  }
}

/** Of two stretches of one array; four sums at a time, so that no addition waits for the one before. */
function dotProduct(values: Float64Array, a: number, b: number, length: number): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    first += values[a + i] * values[b + i];
    second += values[a + i + 1] * values[b + i + 1];
    third += values[a + i + 2] * values[b + i + 2];
    fourth += values[a + i + 3] * values[b + i + 3];
  }
  for (; i < length; i++) first += values[a + i] * values[b + i];
  return first + second + (third + fourth);
}
