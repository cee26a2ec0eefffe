/**
 * The likelihood of one spot's counts, and what all spots share of it. K types, G genes.
 *
 * Spot i has b_ik counts of type k to be expected, so mu_g = sum_k b_k x_kg of gene g. Minimised over b >= 0 is
 *
 *   F(b) = sum_g omega_g (mu_g - y_g ln mu_g),     omega_g = 1 / (1 + phi n xbar_g)
 *
 * with n the section's mean depth. Without overdispersion (phi = 0) that is the Poisson likelihood. With it, the gradient
 * is that of the negative binomial, sum_g (mu_g - y_g) x_kg / (mu_g (1 + phi mu_g)), but for the mean in the last bracket,
 * which is the section's and not the spot's (quasi-likelihood: Wedderburn 1974). Its zero is as unbiased, F stays convex, and
 * genes without a count take part through sum_g omega_g x_kg alone, so a spot costs what its counts cost.
 */
export interface CountLikelihood {
  readonly typeCount: number;
  readonly geneCount: number;
  /** G x K, one row per gene: its share of each type's counts, x_kg. */
  readonly shares: Float64Array;
  /** G: omega_g, or 0 for a gene that no type expresses. */
  readonly weights: Float64Array;
  /** G: omega_g / xbar_g, or 0: the inverse variance of a count of mean xbar_g, times that mean squared. */
  readonly inverseMeans: Float64Array;
  /** K: sum_g omega_g x_kg. */
  readonly totals: Float64Array;
  /** K x K: sum_g x_kg x_lg omega_g / xbar_g. n times it is the curvature of F along proportions, at the mean composition. */
  readonly gram: Float64Array;
}

/**
 * Of each type's counts this share is spread as the mean of all types is: a gene that no cell of a type happened to show is
 * rare in it, not impossible, and one count of such a gene must not decide about a spot.
 */
const UNSEEN_SHARE = 0.01;

/**
 * @param signature K x G, row-major: mean counts per type, each row with a positive sum
 * @param meanDepth mean counts of a spot
 */
export function buildCountLikelihood(
  signature: Float64Array,
  typeCount: number,
  overdispersion: number,
  meanDepth: number,
): CountLikelihood {
  const geneCount = signature.length / typeCount;
  const shares = new Float64Array(geneCount * typeCount);
  const means = new Float64Array(geneCount);
  for (let k = 0; k < typeCount; k++) {
    let sum = 0;
    for (let g = 0; g < geneCount; g++) sum += signature[k * geneCount + g];
    for (let g = 0; g < geneCount && sum > 0; g++) {
      const share = signature[k * geneCount + g] / sum;
      shares[g * typeCount + k] = share;
      means[g] += share / typeCount;
    }
  }
  const weights = new Float64Array(geneCount);
  const inverseMeans = new Float64Array(geneCount);
  const totals = new Float64Array(typeCount);
  const gram = new Float64Array(typeCount * typeCount);
  for (let g = 0; g < geneCount; g++) {
    if (means[g] === 0) continue;
    const row = shares.subarray(g * typeCount, (g + 1) * typeCount);
    for (let k = 0; k < typeCount; k++) row[k] += UNSEEN_SHARE * (means[g] - row[k]);
    weights[g] = 1 / (1 + overdispersion * meanDepth * means[g]);
    inverseMeans[g] = weights[g] / means[g];
    for (let k = 0; k < typeCount; k++) {
      totals[k] += weights[g] * row[k];
      const scaled = inverseMeans[g] * row[k];
      for (let l = 0; l < typeCount; l++) gram[k * typeCount + l] += scaled * row[l];
    }
  }
  return Object.freeze({ typeCount, geneCount, shares, weights, inverseMeans, totals, gram });
}
