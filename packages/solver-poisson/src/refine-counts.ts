import type { CsrChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import { climb } from "./fit-counts.js";
import { type CountRow, landStep, type NewtonStep, takeStep } from "./newton-step.js";

/** By how many Newton steps each spot is refined. */
export type RefiningSteps = "one" | "one or two" | "all";

/** When a start and a step are taken as they are. */
export const REFINING_LIMITS = Object.freeze({
  /** A proportion below this is left out at the start, for the gradient to call for: it halves the types in use. */
  leastStart: 0.01,
  /** Where the first step moves a proportion by more than this, the picture it was taken by was of somewhere else. */
  farStep: 0.1,
  /** A step whose end holds more than so many times the spot's counts, or less than that part of them, is none to take. */
  mostGrowth: 4,
});
const { leastStart, farStep, mostGrowth } = REFINING_LIMITS;

/**
 * Refines rows one after the other: see `Refiner`. The twin of the kernel (packages/kernels/assembly/refine-counts.ts): each sum takes
 * its terms in the same order, so that both give the same bits.
 *
 * @param start rows x K
 * @param out rows x (K + 1), overwritten
 */
export function refineRows(
  { step, steps }: { readonly step: NewtonStep; readonly steps: RefiningSteps },
  { spotCount, indptr, indices, values }: CsrChunk,
  start: StatArray,
  out: StatArray,
): void {
  const { typeCount } = step.likelihood;
  for (let spot = 0; spot < spotCount; spot++) {
    const row = { indices, values, start: indptr[spot], end: indptr[spot + 1] };
    const depth = depthOf(row);
    if (depth > 0) {
      startFrom(step, start, spot * typeCount, depth);
      refineSpot(step, row, depth, steps);
    }
    keepQuadratic(step, depth, out, spot * (typeCount + 1));
  }
}

/** Summed in two, over even and odd counts. */
export function depthOf({ values, start, end }: CountRow): number {
  let even = 0;
  let odd = 0;
  let i = start;
  for (; i + 1 < end; i += 2) {
    even += values[i];
    odd += values[i + 1];
  }
  if (i < end) even += values[i];
  return even + odd;
}

/** Expected counts that are proportional to what of the proportions is worth beginning with. */
export function startFrom(
  { abundance }: NewtonStep,
  proportions: StatArray,
  at: number,
  depth: number,
): void {
  const typeCount = abundance.length;
  let sum = 0;
  for (let k = 0; k < typeCount; k++) {
    const share = proportions[at + k];
    abundance[k] = share >= leastStart ? share : 0;
    sum += abundance[k];
  }
  for (let k = 0; k < typeCount; k++)
    abundance[k] = sum > 0 ? (depth * abundance[k]) / sum : depth / typeCount;
}

/** What is done depends on the row and its start alone. */
function refineSpot(step: NewtonStep, row: CountRow, depth: number, steps: RefiningSteps): void {
  if (steps === "all") {
    climb(step, row);
    return;
  }
  const moved = takeStep(step, row);
  if (!isSound(step, depth)) return;
  landStep(step);
  if (steps === "one" || !(moved > farStep * depth)) return;
  takeStep(step, row);
  if (isSound(step, depth)) landStep(step);
}

function isSound({ next }: NewtonStep, depth: number): boolean {
  let total = 0;
  for (let k = 0; k < next.length; k++) total += next[k];
  return total >= depth / mostGrowth && total <= depth * mostGrowth;
}

/** c = G b - n slope, and n. */
function keepQuadratic(step: NewtonStep, depth: number, out: StatArray, at: number): void {
  const { likelihood, abundance, gradient } = step;
  const { typeCount, gram } = likelihood;
  out[at + typeCount] = depth;
  for (let k = 0; k < typeCount; k++) {
    let product = 0;
    // A column of G: rounding tells it from the row.
    for (let l = 0; l < typeCount; l++) product += gram[l * typeCount + k] * abundance[l];
    const slope = abundance[k] > 0 ? 0 : Math.max(0, gradient[k]);
    out[at + k] = depth > 0 ? product - depth * slope : 0;
  }
}
