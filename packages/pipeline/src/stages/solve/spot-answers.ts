import { type ChunkSource, type DenseChunk, memorySource } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** What is to be said of a spot's answer, by code. */
export const SPOT_STATUSES = ["ok", "no counts, from neighbours", "no counts", "no answer"] as const;

export interface SpotAnswers {
  /** N x K, a source to be read as often as wanted; a row sums to 1, or is NaN (or 1/K) where there is no answer. */
  readonly proportions: ChunkSource<DenseChunk>;
  /** N sums of abundance over types, 0 where there is no answer: abundance = proportion x total. */
  readonly totals: StatArray;
  /** Per spot the type of greatest proportion (the first of equals), or -1 where there is no answer. */
  readonly dominant: Int32Array;
  /** Per spot a position in SPOT_STATUSES. */
  readonly statuses: Uint8Array;
}

/** SpotAnswers that are to be filled in, in any order of rows. */
export type AnswerArrays = Omit<SpotAnswers, "proportions">;

export function buildAnswerArrays(spotCount: number, precision: "float64" | "float32"): AnswerArrays {
  return {
    totals: precision === "float32" ? new Float32Array(spotCount) : new Float64Array(spotCount),
    dominant: new Int32Array(spotCount),
    statuses: new Uint8Array(spotCount),
  };
}

/**
 * Answers of all spots at once, the proportions written over the abundance: the two differ by one number per spot, and
 * each is the largest array of a run.
 *
 * @param abundance N x K; becomes the proportions
 * @param librarySizes N counts over the selected genes
 */
export function answerSpots(
  abundance: StatArray,
  librarySizes: StatArray,
  typeCount: number,
  empty: "nan" | "uniform",
): SpotAnswers {
  const spotCount = librarySizes.length;
  const answers = buildAnswerArrays(spotCount, abundance instanceof Float32Array ? "float32" : "float64");
  for (let spot = 0; spot < spotCount; spot++) {
    answerSpot(answers, spot, abundance, spot * typeCount, typeCount, librarySizes[spot] !== 0, empty);
  }
  const table: DenseChunk = { kind: "dense", spotStart: 0, spotCount, width: typeCount, values: abundance };
  return { ...answers, proportions: memorySource(table) };
}

/**
 * Turns the `typeCount` abundances from `start` on into proportions, abundance / the spot's total, and notes the spot's
 * total, dominant type and status. A spot whose abundances are all 0 has no proportions: NaN, or 1/K where `empty` says
 * "uniform", and a status that says why.
 */
export function answerSpot(
  { totals, dominant, statuses }: AnswerArrays,
  spot: number,
  rows: StatArray,
  start: number,
  typeCount: number,
  hasCounts: boolean,
  empty: "nan" | "uniform",
): void {
  let total = 0;
  for (let k = 0; k < typeCount; k++) total += rows[start + k];
  totals[spot] = total;
  if (total > 0) {
    let greatest = 0;
    for (let k = 0; k < typeCount; k++) {
      if (rows[start + k] > rows[start + greatest]) greatest = k;
    }
    for (let k = 0; k < typeCount; k++) rows[start + k] /= total;
    dominant[spot] = greatest;
    statuses[spot] = hasCounts ? 0 : 1;
  } else {
    rows.fill(empty === "nan" ? Number.NaN : 1 / typeCount, start, start + typeCount);
    dominant[spot] = -1;
    statuses[spot] = hasCounts ? 3 : 2;
  }
}
