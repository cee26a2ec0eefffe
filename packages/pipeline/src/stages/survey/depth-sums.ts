import type { CsrChunk } from "@flashdeconv/core";
import type { GeneMap } from "@flashdeconv/select-genes/internal";
import type { DepthSums } from "../../contracts/depth-sums.js";

const STEPS_PER_DOUBLING = 8;
const DOUBLINGS = 48;
/** A spot of fewer than 2^6 counts outweighs no section. It is the sparse sections, too, that have the most spots. */
const LEAST_DEEP = 6;
const PLACES = 2 ** 16;

export function buildDepthSums(geneCount: number): DepthSums {
  return {
    geneCount,
    spotCounts: new Float64Array(STEPS_PER_DOUBLING * DOUBLINGS),
    depths: new Float64Array(STEPS_PER_DOUBLING * DOUBLINGS),
    totals: Array.from({ length: DOUBLINGS }, () => undefined),
  };
}

/** Takes in the spots of a chunk of raw counts; chunks may come in any order. */
export function addDepths(sums: DepthSums, chunk: CsrChunk, { geneOfColumn }: GeneMap): void {
  const { spotCount, indptr, indices, values } = chunk;
  for (let row = 0; row < spotCount; row++) {
    const end = indptr[row + 1];
    let depth = 0;
    let isWhole = true;
    for (let i = indptr[row]; i < end; i++) {
      if (geneOfColumn[indices[i]] < 0) continue;
      depth += values[i];
      if (Math.floor(values[i]) !== values[i]) isWhole = false;
    }
    if (!(depth > 0 && depth < Number.POSITIVE_INFINITY)) continue;
    const step = stepOf(depth);
    sums.spotCounts[step]++;
    sums.depths[step] += isWhole ? depth : toPlaces(depth);
    const doubling = Math.floor(step / STEPS_PER_DOUBLING);
    if (doubling < LEAST_DEEP) continue;
    sums.totals[doubling] ??= new Float64Array(sums.geneCount);
    const totals = sums.totals[doubling];
    for (let i = indptr[row]; i < end; i++) {
      const gene = geneOfColumn[indices[i]];
      if (gene >= 0) totals[gene] += isWhole ? values[i] : toPlaces(values[i]);
    }
  }
}

function toPlaces(value: number): number {
  return Math.round(value * PLACES) / PLACES;
}

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
/** The word with the exponent: the second where the low one comes first. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0];

/** From the exponent and three bits of the number itself: a logarithm may end in other bits on another machine. */
function stepOf(depth: number): number {
  number[0] = depth;
  const step = (words[HIGH] >>> 17) - 1023 * STEPS_PER_DOUBLING;
  return Math.min(Math.max(step, 0), STEPS_PER_DOUBLING * DOUBLINGS - 1);
}

/** Takes in the sums of other spots. */
export function mergeDepthSums(sums: DepthSums, next: DepthSums): void {
  addTo(sums.spotCounts, next.spotCounts);
  addTo(sums.depths, next.depths);
  for (const [doubling, totals] of next.totals.entries()) {
    if (totals === undefined) continue;
    sums.totals[doubling] ??= new Float64Array(sums.geneCount);
    addTo(sums.totals[doubling], totals);
  }
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}

/** What a section's spots hold, with no spot deciding alone. */
export interface RobustDepths extends UsualDepths {
  /** The genes' totals with every spot's counts scaled down to the cap where they are more. */
  cappedTotals(rawTotal: Float64Array): Float64Array;
}

/** The same as plain data, without totals. */
export interface UsualDepths {
  /** Counts of the middle one of the spots with counts. */
  readonly median: number;
  /** Counts from which a spot counts for so many only. */
  readonly cap: number;
  /** Spots at or above the cap. */
  readonly deepSpotCount: number;
}

/** Of the spots, all but a tenth are taken for ordinary: a section may lie on a slide whose greater part is bare. */
const ORDINARY = 0.9;
/** So many times what the deepest ordinary spot holds is no longer a matter of tissue. */
const BEYOND = 4;

/**
 * The cap is the power of two at or above 4 times the ninth decile of the spots' counts. A section without spots beyond it keeps its
 * totals to the bit.
 */
export function finishDepthSums({ spotCounts, depths, totals }: DepthSums): RobustDepths {
  const depthAt = (share: number): number => {
    const rank = Math.floor(share * (sum(spotCounts) - 1));
    let passed = 0;
    for (let step = 0; step < spotCounts.length; step++) {
      passed += spotCounts[step];
      if (passed > Math.max(rank, 0)) return depths[step] / spotCounts[step];
    }
    return 0;
  };
  let first = LEAST_DEEP;
  while (2 ** first < BEYOND * depthAt(ORDINARY)) first++;
  const isDeep = (doubling: number) => doubling >= first && totals[doubling] !== undefined;
  const deep = [...totals.keys()].filter(isDeep);
  const within = (values: Float64Array, doubling: number) =>
    sum(values.subarray(doubling * STEPS_PER_DOUBLING, (doubling + 1) * STEPS_PER_DOUBLING));
  return Object.freeze({
    median: depthAt(0.5),
    cap: 2 ** first,
    deepSpotCount: deep.reduce((count, doubling) => count + within(spotCounts, doubling), 0),
    cappedTotals(rawTotal: Float64Array): Float64Array {
      if (deep.length === 0) return rawTotal;
      const capped = rawTotal.slice();
      for (const doubling of deep) {
        const own = totals[doubling] as Float64Array;
        const weight = (2 ** first * within(spotCounts, doubling)) / within(depths, doubling);
        for (let g = 0; g < capped.length; g++) {
          capped[g] = Math.max(0, capped[g] - own[g]) + weight * own[g];
        }
      }
      return capped;
    },
  });
}

export function usualDepths({ median, cap, deepSpotCount }: UsualDepths): UsualDepths {
  return { median, cap, deepSpotCount };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
