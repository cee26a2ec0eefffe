import type { CsrChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** What counts are predicted from: shares of genes and how much each gene's counts vary. K types, G genes. */
export interface CountPrediction {
  /** K x G, rows sum to 1. */
  readonly profiles: Float64Array;
  /** G: shares of genes in the section as a whole, all above 0. */
  readonly shares: Float64Array;
  readonly overdispersion: number;
  readonly meanDepth: number;
}

/**
 * Of what is predicted, this share is spread as in the section as a whole: one count of a gene that no cell of the reference happened to
 * show must not decide about a spot.
 */
const UNSEEN_SHARE = 0.01;

/**
 * How badly proportions predict each spot's counts: sum over genes of omega (mu - y ln mu), the quasi-likelihood of overdispersed counts,
 * with mu the spot's count times the predicted share and omega = 1 / (1 + phi n xbar) as in the model of counts. Up to a constant
 * per spot. A spot without abundance is predicted to be as the section.
 *
 * @param abundance spots x K
 */
export function spotDeviances(
  counts: CsrChunk,
  abundance: StatArray,
  { profiles, shares, overdispersion, meanDepth }: CountPrediction,
): Float64Array {
  const { spotCount, indptr, indices, values, width: geneCount } = counts;
  const typeCount = profiles.length / geneCount;
  const weights = shares.map((share) => 1 / (1 + overdispersion * meanDepth * share));
  const byGene = new Float64Array(geneCount * typeCount);
  const totals = new Float64Array(typeCount);
  let sectionTotal = 0;
  for (let g = 0; g < geneCount; g++) {
    sectionTotal += weights[g] * shares[g];
    for (let k = 0; k < typeCount; k++) {
      const share = (1 - UNSEEN_SHARE) * profiles[k * geneCount + g] + UNSEEN_SHARE * shares[g];
      byGene[g * typeCount + k] = share;
      totals[k] += weights[g] * share;
    }
  }
  const deviances = new Float64Array(spotCount);
  const mix = new Float64Array(typeCount);
  for (let spot = 0; spot < spotCount; spot++) {
    let sum = 0;
    for (let k = 0; k < typeCount; k++) sum += abundance[spot * typeCount + k];
    let total = sum > 0 ? 0 : sectionTotal;
    for (let k = 0; k < typeCount && sum > 0; k++) {
      mix[k] = abundance[spot * typeCount + k] / sum;
      total += mix[k] * totals[k];
    }
    let depth = 0;
    let fit = 0;
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) {
      const gene = indices[i];
      let share = sum > 0 ? 0 : shares[gene];
      for (let k = 0; k < typeCount && sum > 0; k++) share += mix[k] * byGene[gene * typeCount + k];
      depth += values[i];
      fit += weights[gene] * values[i] * Math.log(share);
    }
    deviances[spot] = depth * total - fit;
  }
  return deviances;
}
