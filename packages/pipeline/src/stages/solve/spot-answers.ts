import { type DenseChunk, memorySource } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { SpotAnswers } from "../../contracts/answers.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";

/** What is to be said of a spot's answer, by code. */
export const SPOT_STATUSES = [
  "ok",
  "no counts, from neighbours",
  "no counts",
  "no answer",
  "few counts",
  "reference mismatch",
] as const;
const FEW_COUNTS = SPOT_STATUSES.indexOf("few counts");
/** The code of a spot whose reference does not describe the section: nothing that is said of it holds. */
export const MISMATCH = SPOT_STATUSES.indexOf("reference mismatch");

/** SpotAnswers that are to be filled in, in any order of rows. */
export type AnswerArrays = Omit<SpotAnswers, "proportions" | "counts" | "solverTables">;

export function buildAnswerArrays(spotCount: number, precision: "float64" | "float32"): AnswerArrays {
  return {
    totals: precision === "float32" ? new Float32Array(spotCount) : new Float64Array(spotCount),
    dominant: new Int32Array(spotCount),
    statuses: new Uint8Array(spotCount),
  };
}

/** How abundances become answers. */
export interface AnswerRules extends Pick<SolveSummaryOptions, "empty" | "fewCounts"> {
  /** K: what a type's abundance is divided by first; left out, it stays as it is. */
  readonly divisors?: Float64Array;
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
  rules: AnswerRules,
): Omit<SpotAnswers, "solverTables"> {
  const spotCount = librarySizes.length;
  const answers = buildAnswerArrays(spotCount, abundance instanceof Float32Array ? "float32" : "float64");
  const answer = spotAnswerer(answers, typeCount, rules);
  for (let spot = 0; spot < spotCount; spot++) {
    answer(spot, abundance, spot * typeCount, librarySizes[spot]);
  }
  const table: DenseChunk = { kind: "dense", spotStart: 0, spotCount, width: typeCount, values: abundance };
  return { ...answers, counts: librarySizes, proportions: memorySource(table) };
}

/**
 * Turns the K abundances from `start` on, divided as the rules say, into proportions, abundance / the spot's total, and notes the spot's total, dominant type and
 * status. A spot whose abundances are all 0 has no proportions: NaN, or 1/K where `empty` says "uniform", and a status that says why.
 */
export function spotAnswerer(
  { totals, dominant, statuses }: AnswerArrays,
  typeCount: number,
  { empty, fewCounts, divisors }: AnswerRules,
): (spot: number, rows: StatArray, start: number, counts: number) => void {
  const nothing = empty === "nan" ? Number.NaN : 1 / typeCount;
  return (spot, rows, start, counts) => {
    if (divisors) for (let k = 0; k < typeCount; k++) rows[start + k] /= divisors[k];
    let total = 0;
    let most = rows[start];
    let greatest = 0;
    for (let k = 0; k < typeCount; k++) {
      const amount = rows[start + k];
      total += amount;
      if (amount > most) {
        most = amount;
        greatest = k;
      }
    }
    totals[spot] = total;
    if (total > 0) {
      for (let k = 0; k < typeCount; k++) rows[start + k] /= total;
      dominant[spot] = greatest;
      statuses[spot] = counts === 0 ? 1 : counts < fewCounts ? FEW_COUNTS : 0;
    } else {
      rows.fill(nothing, start, start + typeCount);
      dominant[spot] = -1;
      statuses[spot] = counts === 0 ? 2 : 3;
    }
  };
}
