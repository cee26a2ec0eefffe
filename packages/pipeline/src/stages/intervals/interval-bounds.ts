import type { Calibration } from "../../contracts/intervals.js";

/** Proportions at which bins of the calibration begin. */
export const BIN_STARTS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4] as const;
/** Bins are divided by how uncertain their entries are taken to be. */
export const THIRDS = 3;
/** Quantiles of each third. */
export const QUANTILES = [0.05, 0.1, 0.95] as const;

/**
 * Proportions above this are taken for cells that are there: their intervals are wider by `ABOVE`, as quantiles of pseudo-tissues covered
 * too little there.
 */
export const PRESENT = 0.02;
const ABOVE = 1.15;

/** Bounds are rounded outwards to so many steps: finer ones say nothing, and take twice the time and room to write. */
const STEPS = 4096;

/** What the scale of an entry follows from. */
export interface ScaleRules extends Pick<Calibration, "information" | "strengths" | "epsilon" | "amount"> {
  /** K: what abundances of RNA are divided by where proportions are of cells. */
  readonly divisors?: Float64Array;
}

/**
 * How uncertain a spot's proportions are, in the unit of a proportion: a scale that the calibration multiplies, no standard error. Counts and prior
 * together determine a type by n a_k + (s + h) / (p_k + epsilon), the curvatures of both.
 *
 * @param proportions of the spot from `start` on
 * @param counts n of the spot
 * @param out K
 */
export function writeScales(
  { information, strengths, epsilon, divisors }: ScaleRules,
  proportions: Float64Array,
  {
    start,
    counts,
    isLow = false,
  }: { readonly start: number; readonly counts: number; readonly isLow?: boolean },
  out: Float64Array,
): void {
  const typeCount = information.length;
  const pull = strengths.smoothing + strengths.shrinkage;
  if (divisors === undefined) {
    for (let k = 0; k < typeCount; k++) {
      // What is 0 has no lower end to ask for.
      if (isLow && proportions[start + k] === 0) continue;
      out[k] = 1 / Math.sqrt(counts * information[k] + pull / (proportions[start + k] + epsilon));
    }
    return;
  }
  let total = 0;
  for (let k = 0; k < typeCount; k++) total += proportions[start + k] * divisors[k];
  for (let k = 0; k < typeCount; k++) {
    // Of cells: what the RNA is a share of, and how a share of it becomes one of cells.
    const share = (proportions[start + k] * divisors[k]) / total;
    out[k] = total / divisors[k] / Math.sqrt(counts * information[k] + pull / (share + epsilon));
  }
}

/** The bin of each step of a proportion. */
const BIN_OF_STEP = Uint8Array.from({ length: STEPS + 1 }, (_, step) => {
  let bin = 0;
  while (bin + 1 < BIN_STARTS.length && step >= Math.ceil(STEPS * BIN_STARTS[bin + 1])) bin++;
  return bin;
});

/** The bin of a proportion, to one of so many steps. */
export function binOf(proportion: number): number {
  return BIN_OF_STEP[Math.min(STEPS, (STEPS * proportion) | 0)];
}

/** The third of its bin that an entry of such a scale belongs to. */
export function thirdOf(scaleCuts: Float64Array, bin: number, scale: number): number {
  const first = bin * (THIRDS - 1);
  return scale <= scaleCuts[first] ? 0 : scale <= scaleCuts[first + 1] ? 1 : 2;
}

/** Which end of the intervals is wanted. */
export type Bound = "low" | "high";

/**
 * One end of the interval around each proportion of a spot. Where the lower end is 0 nothing lies below it, and the upper one leaves a tenth
 * above instead of a twentieth.
 *
 * @param out K numbers from `start` on
 */
export function writeBounds(
  { scaleCuts, quantiles }: Pick<Calibration, "scaleCuts" | "quantiles">,
  bound: Bound,
  { proportions, start, scales }: BoundsOf,
  out: Float32Array,
): void {
  const isLow = bound === "low";
  const typeCount = scales.length;
  for (let k = 0; k < typeCount; k++) {
    const proportion = proportions[k];
    if (isLow && proportion === 0) {
      out[start + k] = 0;
      continue;
    }
    const scale = scales[k];
    const bin = binOf(proportion);
    const at = (bin * THIRDS + thirdOf(scaleCuts, bin, scale)) * QUANTILES.length;
    const unit = proportion > PRESENT ? ABOVE * scale : scale;
    const low = Math.min(Math.max(0, proportion - quantiles[at + 2] * unit), proportion);
    if (isLow) {
      out[start + k] = Math.floor(STEPS * low) / STEPS;
      continue;
    }
    const high = Math.max(proportion - quantiles[low > 0 ? at : at + 1] * unit, proportion);
    out[start + k] = Math.min(1, Math.ceil(STEPS * high) / STEPS);
  }
}

export interface BoundsOf {
  /** K of a spot. In double whatever they are stored in: loops over two kinds of arrays take twice the time. */
  readonly proportions: Float64Array;
  /** K: as `writeScales` has them. */
  readonly scales: Float64Array;
  readonly start: number;
}
