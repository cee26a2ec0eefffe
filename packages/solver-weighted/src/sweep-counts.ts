import { buildNnlsWorkspace, type NnlsWorkspace, type StatArray, type Tile } from "@flashdeconv/solver";
import { type DeflatedBound, solveDiagonalNnls } from "@flashdeconv/solver/internal";
import { type DeflatedWorkspace, deflatedDiagonalStep } from "./deflated-diagonal.js";
import { isNear, loadPrior, majorizePrior, type RelativePrior } from "./relative-prior.js";

/** A problem of counts with the scratch memory that a sweep needs. One per thread. */
export interface CountSweeper {
  /** K x K. */
  readonly gram: Float64Array;
  readonly prior: RelativePrior;
  /** Given where one step on it takes the place of the exact answer. */
  readonly bound: DeflatedBound | undefined;
  readonly added: Float64Array;
  readonly target: Float64Array;
  readonly updated: Float64Array;
  readonly product: Float64Array;
  readonly step: DeflatedWorkspace | undefined;
  readonly nnls: NnlsWorkspace;
}

export function buildCountSweeper(
  gram: Float64Array,
  prior: RelativePrior,
  bound: DeflatedBound | undefined,
): CountSweeper {
  const { typeCount } = prior;
  const vector = () => new Float64Array(typeCount);
  const target = vector();
  return {
    gram,
    prior,
    bound,
    added: vector(),
    target,
    updated: vector(),
    product: vector(),
    step: bound && { direction: bound.direction, leaning: vector(), target, inverse: vector() },
    nnls: buildNnlsWorkspace(typeCount),
  };
}

/**
 * Updates the tile's spots in place and returns the largest change. The twin of the kernel of the same name
 * (packages/kernels/assembly/relative-sweep.ts): every operation, in this order, is made there too, so that both give the same bits.
 */
export function sweepCounts(sweeper: CountSweeper, tile: Tile, abundance: StatArray): number {
  const { prior, updated } = sweeper;
  const { old, typeCount } = prior;
  const { spots, relaxation } = tile;
  let largestChange = 0;
  for (let index = 0; index < spots.length; index++) {
    const spot = spots[index];
    loadPrior(prior, tile, abundance, spot);
    stepSpot(sweeper, tile, spot);
    if (!isNear(prior, updated, relaxation)) {
      majorizePrior(prior, tile, abundance, spot);
      stepSpot(sweeper, tile, spot);
    }
    const row = spot * typeCount;
    let change = 0;
    // Totals are made of two, over even and over odd types, as a vector of two numbers makes them.
    let even = 0;
    let odd = 0;
    let evenOld = 0;
    let oddOld = 0;
    for (let k = 0; k < typeCount; k++) {
      abundance[row + k] = updated[k];
      const moved = Math.abs(updated[k] - old[k]);
      if (moved > change) change = moved;
      if ((k & 1) === 0) {
        even += updated[k];
        evenOld += old[k];
      } else {
        odd += updated[k];
        oddOld += old[k];
      }
    }
    if (change > 0) largestChange = Math.max(largestChange, change / Math.max(even + odd, evenOld + oddOld));
  }
  return largestChange;
}

/** The minimum of the quadratic of the spot that was loaded, or beyond it by the relaxation, into `updated`. */
function stepSpot(sweeper: CountSweeper, { statistics, relaxation }: Tile, spot: number): void {
  const { gram, prior, bound, added, target, updated, product, step, nnls } = sweeper;
  const { typeCount, old, slope, curvature, weight } = prior;
  const stat = spot * (typeCount + 1);
  const depth = statistics[stat + typeCount];
  if (!(depth > 0)) {
    for (let k = 0; k < typeCount; k++) {
      const moved = old[k] - (relaxation * slope[k]) / curvature[k];
      updated[k] = curvature[k] > 0 && moved > 0 ? moved : 0;
    }
    return;
  }
  const share = 1 / depth;
  if (bound && step && (weight > 0 || prior.tissue.weight > 0)) {
    multiplyGram(gram, old, product);
    for (let k = 0; k < typeCount; k++) {
      added[k] = share * curvature[k];
      target[k] = relaxation * (share * (statistics[stat + k] - slope[k]) - product[k]);
    }
    deflatedDiagonalStep(bound, step, added, old, updated);
    return;
  }
  for (let k = 0; k < typeCount; k++) {
    added[k] = share * curvature[k];
    target[k] = share * (statistics[stat + k] - slope[k]) + added[k] * old[k];
    updated[k] = old[k];
  }
  if (relaxation !== 1) {
    // Moves the right-hand side so that the exact solution overshoots.
    multiplyGram(gram, old, product);
    for (let k = 0; k < typeCount; k++) {
      target[k] = relaxation * target[k] + (1 - relaxation) * (product[k] + added[k] * old[k]);
    }
  }
  solveDiagonalNnls(nnls, gram, added, target, updated);
}

/** `out` = G x, one column after the other. */
export function multiplyGram(gram: Float64Array, x: Float64Array, out: Float64Array): void {
  const typeCount = x.length;
  for (let k = 0; k < typeCount; k++) out[k] = 0;
  for (let l = 0; l < typeCount; l++) {
    const amount = x[l];
    if (amount === 0) continue;
    const row = l * typeCount;
    for (let k = 0; k < typeCount; k++) out[k] += gram[row + k] * amount;
  }
}
