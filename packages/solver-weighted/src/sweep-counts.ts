import { buildNnlsWorkspace, type NnlsWorkspace, type StatArray, type Tile } from "@flashdeconv/solver";
import {
  type DeflatedBound,
  type DeflatedStep,
  dotByTwos,
  findTau,
  solveDiagonalNnls,
} from "@flashdeconv/solver/internal";
import { isNear, loadPrior, majorizePrior, type RelativePrior, weightOf } from "./relative-prior.js";
import { startSingle, stepSingle } from "./single-spot.js";
import type { SingleStep } from "./single-step.js";

/** A problem of counts with the scratch memory that a sweep needs. One per thread. */
export interface CountSweeper {
  /** K x K. */
  readonly gram: Float64Array;
  readonly prior: RelativePrior;
  readonly product: Float64Array;
  /** A spot's share of the prior by type, where it is judged. */
  readonly shares: Float64Array;
  /** Given where one step on the bound takes the place of the exact answer. Its target is that of `nnls`. */
  readonly step: DeflatedStep | undefined;
  /** Given where steps are made in single precision if abundances are stored so. */
  readonly single: SingleStep | undefined;
  /** One over the bound's diagonal. */
  readonly inverse: Float64Array;
  /** The quadratic of the spot at hand, and where it leads to. */
  readonly nnls: NnlsWorkspace;
}

/** How steps are made on the bound of a Gram matrix, in double and in single precision. */
export interface BoundSteps {
  readonly bound?: DeflatedBound;
  readonly single?: SingleStep;
}

export function buildCountSweeper(
  gram: Float64Array,
  prior: RelativePrior,
  { bound, single }: BoundSteps,
): CountSweeper {
  const { typeCount } = prior;
  const vector = () => new Float64Array(typeCount);
  const target = vector();
  return {
    gram,
    prior,
    product: vector(),
    shares: vector(),
    step: bound && { ...bound, leaning: vector(), target },
    single,
    inverse: vector(),
    nnls: buildNnlsWorkspace({ gram, target, x: vector() }),
  };
}

/**
 * Updates the tile's spots in place and returns the largest change. The twin of the kernel of the same name
 * (packages/kernels/assembly/relative-sweep.ts): every operation, in this order, is made there too, so that both give the same bits.
 */
export function sweepCounts(sweeper: CountSweeper, tile: Tile, abundance: StatArray): number {
  const { prior } = sweeper;
  const { x: updated } = sweeper.nnls;
  const { old, typeCount } = prior;
  const { spots, relaxation } = tile;
  let largestChange = 0;
  for (let index = 0; index < spots.length; index++) {
    const spot = spots[index];
    const moved = sweepSingle(sweeper, tile, abundance, spot);
    if (moved !== undefined) {
      largestChange = Math.max(largestChange, moved);
      continue;
    }
    loadPrior(prior, tile, abundance, spot);
    stepSpot(sweeper, tile);
    if (!isNear(prior, updated, relaxation)) {
      majorizePrior(prior, tile, abundance);
      stepSpot(sweeper, tile);
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

/** Whether `startCounts` can: steps in single precision are made, and abundances stored so. */
export function canStart({ single }: CountSweeper, abundance: StatArray): abundance is Float32Array {
  return single !== undefined && abundance instanceof Float32Array;
}

/** Sets the tile's spots that have counts near to their own answers. The twin of the kernel's function of the same name. */
export function startCounts({ single, prior }: CountSweeper, tile: Tile, abundance: Float32Array): void {
  const { typeCount } = prior;
  for (const spot of tile.spots) {
    const depth = tile.statistics[spot * (typeCount + 1) + typeCount];
    if (single && depth > 0) startSingle(single, tile, abundance, { spot, depth });
  }
}

/** A spot's update in single precision, where it is made so; undefined, with nothing done, where it is not. */
function sweepSingle(
  { single, prior }: CountSweeper,
  tile: Tile,
  abundance: StatArray,
  spot: number,
): number | undefined {
  const { typeCount, tissue } = prior;
  const depth = tile.statistics[spot * (typeCount + 1) + typeCount];
  if (!single || !(abundance instanceof Float32Array) || !(depth > 0)) return undefined;
  const weight = weightOf(tile, spot);
  if (!(weight > 0) && !(tissue.weight > 0)) return undefined;
  return stepSingle(single, tile, abundance, { spot, depth, weight });
}

/** The minimum of the quadratic of the spot that was loaded, or beyond it by the relaxation, into `updated`. */
function stepSpot(sweeper: CountSweeper, { statistics, relaxation }: Tile): void {
  const { gram, prior, product, step, nnls } = sweeper;
  const { added, target, x: updated } = nnls;
  const { spot, typeCount, old, slope, curvature, weight } = prior;
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
  if (step && (weight > 0 || prior.tissue.weight > 0)) {
    multiplyGram(gram, old, product);
    for (let k = 0; k < typeCount; k++) {
      added[k] = share * curvature[k];
      target[k] = relaxation * (share * (statistics[stat + k] - slope[k]) - product[k]);
    }
    deflatedStep(sweeper, step);
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
  solveDiagonalNnls(nnls);
}

/**
 * Minimises 1/2 x'(B + A)x - (relaxation r + (B + A) old)'x over x >= 0, with the bound B and the diagonal A = `added`: one step from
 * `old` with negative gradient r; `target` is relaxation r when it begins. With t = that right-hand side,
 * x = max(0, (t - tau v) / (rest + added)) for the one tau = excess v'x.
 */
function deflatedStep({ prior, nnls, inverse }: CountSweeper, step: DeflatedStep): void {
  const { old } = prior;
  const { added, x: updated } = nnls;
  const { direction: v, excess, rest, leaning, target: t } = step;
  const along = excess * dotByTwos(v, old);
  for (let k = 0; k < v.length; k++) {
    const scale = rest + added[k];
    inverse[k] = 1 / scale;
    leaning[k] = v[k] * inverse[k];
    t[k] += scale * old[k] + along * v[k];
  }
  const tau = findTau(step, old, 1);
  for (let k = 0; k < v.length; k++) {
    const value = t[k] - tau * v[k];
    updated[k] = value > 0 ? value * inverse[k] : 0;
  }
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
