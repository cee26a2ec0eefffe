/** What is to be said of a spot's answer, by code. */
export const SPOT_STATUSES = ["ok", "no counts, from neighbours", "no counts", "no answer"] as const;

export interface SpotAnswers {
  /** N sums of abundance over types, 0 where there is no answer: abundance = proportion x total. */
  readonly totals: Float64Array;
  /** N x K; a row sums to 1, or is NaN (or 1/K) where there is no answer. */
  readonly proportions: Float64Array;
  /** Per spot the type of greatest proportion (the first of equals), or -1 where there is no answer. */
  readonly dominant: Int32Array;
  /** Per spot a position in SPOT_STATUSES. */
  readonly statuses: Uint8Array;
}

/**
 * Proportion = abundance / the spot's total, written over the abundance: the two differ by one number per spot, and
 * each is the largest array of a run. A spot whose abundances are all 0 has no proportions: NaN, or 1/K where
 * `empty` says "uniform", and a status that says why.
 *
 * @param abundance N x K; becomes the proportions
 * @param librarySizes N counts over the selected genes
 */
export function answerSpots(
  abundance: Float64Array,
  librarySizes: Float64Array,
  typeCount: number,
  empty: "nan" | "uniform",
): SpotAnswers {
  const spotCount = librarySizes.length;
  const proportions = abundance;
  const totals = new Float64Array(spotCount);
  const dominant = new Int32Array(spotCount).fill(-1);
  const statuses = new Uint8Array(spotCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const start = spot * typeCount;
    let total = 0;
    for (let k = 0; k < typeCount; k++) total += abundance[start + k];
    totals[spot] = total;
    const hasCounts = librarySizes[spot] !== 0;
    if (total > 0) {
      let greatest = 0;
      for (let k = 0; k < typeCount; k++) {
        if (abundance[start + k] > abundance[start + greatest]) greatest = k;
      }
      for (let k = 0; k < typeCount; k++) proportions[start + k] /= total;
      dominant[spot] = greatest;
      statuses[spot] = hasCounts ? 0 : 1;
    } else {
      proportions.fill(empty === "nan" ? Number.NaN : 1 / typeCount, start, start + typeCount);
      statuses[spot] = hasCounts ? 3 : 2;
    }
  }
  return { totals, proportions, dominant, statuses };
}
