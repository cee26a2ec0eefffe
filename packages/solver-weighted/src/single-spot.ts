import type { Tile } from "@flashdeconv/solver";
import { loadPrior, majorizePrior, type SingleSpot } from "./single-prior.js";
import type { SingleStep } from "./single-step.js";

const f = Math.fround;

/**
 * Updates a spot of so many counts, on which neighbours or the tissue pull. Returns the largest change, next to the spot's total. The
 * twin of the kernel of the same name (packages/kernels/assembly/single-spot.ts).
 */
export function stepSingle(step: SingleStep, tile: Tile, abundance: Float32Array, at: SingleSpot): number {
  const { typeCount, direction: v, excess, sums } = step;
  const row = at.spot * typeCount;
  const relaxation = f(tile.relaxation);
  multiplyRow(step, abundance, row);
  sums.fill(0);
  for (let k = 0; k < typeCount; k++) sums[k & 3] += f(v[k] * abundance[row + k]);
  const along = f(f(1 - relaxation) * f(excess * sumOfQuad(sums)));
  loadPrior(step, tile, abundance, at);
  stepRow(step, tile, abundance, { ...at, along });
  if (!isNear(step, abundance, row, relaxation)) {
    majorizePrior(step, tile, abundance, at);
    stepRow(step, tile, abundance, { ...at, along });
  }
  return replaceRow(step, abundance, row);
}

/** One step on the bound, into `updated`. */
function stepRow(
  step: SingleStep,
  { statistics, relaxation }: Tile,
  abundance: Float32Array,
  { spot, depth, along }: SingleSpot & { readonly along: number },
): void {
  const { typeCount, direction: v, rest, product, slope, curvature } = step;
  const { target, inverse, leaning, updated, sums, lengths } = step;
  const row = spot * typeCount;
  const stat = spot * (typeCount + 1);
  const share = f(1 / depth);
  const w = f(relaxation);
  sums.fill(0);
  lengths.fill(0);
  for (let k = 0; k < typeCount; k++) {
    const own = abundance[row + k];
    const gap = f(f(share * f(statistics[stat + k] - slope[k])) - product[k]);
    const scale = f(rest + f(share * curvature[k]));
    inverse[k] = 1 / scale;
    leaning[k] = v[k] * inverse[k];
    target[k] = f(w * gap) + f(f(scale * own) + f(along * v[k]));
    const entry = own > 0 ? leaning[k] : 0;
    sums[k & 3] += f(entry * target[k]);
    lengths[k & 3] += f(entry * v[k]);
  }
  const tau = findTau(step);
  for (let k = 0; k < typeCount; k++) {
    const value = f(target[k] - f(tau * v[k]));
    updated[k] = value > 0 ? value * inverse[k] : 0;
  }
}

/** Rounds of a start: after them sweeps go on from it as from the exact answer, or within one of it. */
const START_ROUNDS = 6;

/** Sets a spot of so many counts near to its own answer: steps on the bound from the composition, without neighbours. */
export function startSingle(
  step: SingleStep,
  { statistics }: Tile,
  abundance: Float32Array,
  { spot, depth }: Pick<SingleSpot, "spot" | "depth">,
): void {
  const { typeCount, direction: v, composition, rest, product, target, leaning, sums, lengths } = step;
  const stat = spot * (typeCount + 1);
  const row = spot * typeCount;
  const share = f(1 / depth);
  const inverse = f(1 / rest);
  for (let k = 0; k < typeCount; k++) {
    abundance[row + k] = composition[k];
    leaning[k] = v[k] * inverse;
  }
  for (let round = 0; round < START_ROUNDS; round++) {
    multiplyRow(step, abundance, row);
    sums.fill(0);
    lengths.fill(0);
    for (let k = 0; k < typeCount; k++) {
      const own = abundance[row + k];
      const gap = f(f(share * statistics[stat + k]) - product[k]);
      target[k] = gap + f(rest * own);
      const entry = own > 0 ? leaning[k] : 0;
      sums[k & 3] += f(entry * target[k]);
      lengths[k & 3] += f(entry * v[k]);
    }
    const tau = findTau(step);
    for (let k = 0; k < typeCount; k++) {
      const value = f(target[k] - f(tau * v[k]));
      abundance[row + k] = value > 0 ? value * inverse : 0;
    }
  }
}

/** `product` = the remainder of the Gram matrix times the abundances of a row. */
function multiplyRow(
  { typeCount, remainder, product }: SingleStep,
  abundance: Float32Array,
  row: number,
): void {
  const width = product.length;
  product.fill(0);
  for (let l = 0; l < typeCount; l++) {
    const amount = abundance[row + l];
    const from = l * width;
    for (let k = 0; k < typeCount; k++) product[k] += f(remainder[from + k] * amount);
  }
}

/** As `findTau` of the solver. `sums` and `lengths` hold those of its first round. */
function findTau({ typeCount, direction: v, excess, target, leaning, sums, lengths }: SingleStep): number {
  let tau = tauOf(excess, sums, lengths);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    sums.fill(0);
    lengths.fill(0);
    for (let k = 0; k < typeCount; k++) {
      const entry = target[k] > f(tau * v[k]) ? leaning[k] : 0;
      sums[k & 3] += f(entry * target[k]);
      lengths[k & 3] += f(entry * v[k]);
    }
    const next = tauOf(excess, sums, lengths);
    if (next === tau) break;
    tau = next;
  }
  return tau;
}

/** Rounds after which the set of positive types is taken as it is. */
const MAX_ROUNDS = 50;

function tauOf(excess: number, sums: Float32Array, lengths: Float32Array): number {
  return f(f(excess * sumOfQuad(sums)) / f(1 + f(excess * sumOfQuad(lengths))));
}

function sumOfQuad(quad: Float32Array): number {
  return f(f(quad[0] + quad[1]) + f(quad[2] + quad[3]));
}

/** As `isNear` in double precision. */
function isNear(
  { typeCount, epsilon, updated, least }: SingleStep,
  abundance: Float32Array,
  row: number,
  relaxation: number,
): boolean {
  const near = f(0.5 * relaxation);
  const left = f(1 - near);
  const floors = f(2 * epsilon);
  for (let k = 0; k < typeCount; k++) {
    const floor = f(left * f(least[k] + floors));
    if (updated[k] < f(f(near * abundance[row + k]) - floor)) return false;
  }
  return true;
}

/** Puts `updated` in place of a row. Returns the largest change, next to the row's total. */
function replaceRow(
  { typeCount, updated, sums, lengths }: SingleStep,
  abundance: Float32Array,
  row: number,
): number {
  let change = 0;
  sums.fill(0);
  lengths.fill(0);
  for (let k = 0; k < typeCount; k++) {
    const moved = Math.abs(f(updated[k] - abundance[row + k]));
    if (moved > change) change = moved;
    sums[k & 3] += updated[k];
    lengths[k & 3] += abundance[row + k];
    abundance[row + k] = updated[k];
  }
  return change > 0 ? change / Math.max(sumOfQuad(sums), sumOfQuad(lengths)) : 0;
}
