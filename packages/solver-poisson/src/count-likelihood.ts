/**
 * The likelihood of one spot's counts, and what all spots share of it. K types, G genes.
 *
 * Spot i has b_ik counts of type k to be expected, so mu_g = sum_k b_k u_kg of gene g. Minimised over b >= 0 is
 *
 *   F(b) = sum_g omega_g (mu_g - y_g ln mu_g),     omega_g = 1 / (1 + phi n m_g)
 *
 * with n the section's mean depth and m_g what share of a spot's counts the gene is taken to have in the variance. Without
 * overdispersion (phi = 0) that is the Poisson likelihood. With it, the gradient is that of the negative binomial,
 * sum_g (mu_g - y_g) u_kg / (mu_g (1 + phi mu_g)), but for the mean in the last bracket, which is not the spot's own
 * (quasi-likelihood: Wedderburn 1974). Its zero is as unbiased, F stays convex, and genes without a count take part through
 * sum_g omega_g u_kg alone, so a spot costs what its counts cost.
 */
export interface CountLikelihood {
  readonly typeCount: number;
  readonly geneCount: number;
  /** G x K, one row per gene: its share of each type's counts, u_kg. */
  readonly shares: Float32Array;
  /** G: omega_g, or 0 for a gene that nothing is known to have. */
  readonly weights: Float32Array;
  /** G: the inverse variance of a count where the shared curvature is taken, v_g, times that mean squared; or 0. */
  readonly inverseMeans: Float64Array;
  /** K: sum_g omega_g u_kg. */
  readonly totals: Float64Array;
  /** K x K: sum_g u_kg u_lg / (v_g (1 + phi n v_g)). n times it is the curvature of F along proportions, at v. */
  readonly gram: Float64Array;
}

/** What the variance of a count follows from. */
export interface CountVariance {
  /** Mean counts of a spot. */
  readonly meanDepth: number;
  /** phi: a count of mean m has variance m + phi m^2. */
  readonly overdispersion: number;
  /** G: m_g, shares of genes. By default the mean of the types' shares. */
  readonly means?: Float64Array;
  /**
   * G: v_g, shares of genes where the curvature is taken that all spots share. By default the mean of the types' shares; the section's own make
   * a rare type's genes weigh what they do in the spots that lack it.
   */
  readonly curvatureMeans?: Float64Array;
}

/**
 * Of each type's counts this share is spread as m is: a gene that no cell of a type happened to show is rare in it, not
 * impossible, and one count of such a gene must not decide about a spot. With more of it, sections of few genes lost.
 */
const UNSEEN_SHARE = 0.01;

/** @param signature K x G, row-major: mean counts per type, or their shares, each row with a positive sum */
export function buildCountLikelihood(
  signature: Float64Array,
  typeCount: number,
  { meanDepth, overdispersion, means = meanShares(signature, typeCount), curvatureMeans }: CountVariance,
): CountLikelihood {
  const geneCount = signature.length / typeCount;
  const exact = sharesByGene(signature, typeCount);
  // All that follows is of the shares and weights as they are stored: expected counts then sum to what the totals say.
  const shares = new Float32Array(exact.length);
  const weights = new Float32Array(geneCount);
  const inverseMeans = new Float64Array(geneCount);
  const totals = new Float64Array(typeCount);
  const gram = new Float64Array(typeCount * typeCount);
  for (let g = 0; g < geneCount; g++) {
    const row = shares.subarray(g * typeCount, (g + 1) * typeCount);
    let mean = 0;
    for (let k = 0; k < typeCount; k++) {
      const share = exact[g * typeCount + k];
      row[k] = share + UNSEEN_SHARE * (means[g] - share);
      mean += row[k] / typeCount;
    }
    if (mean === 0) continue;
    weights[g] = 1 / (1 + overdispersion * meanDepth * means[g]);
    const usual = curvatureMeans?.[g] ?? mean;
    inverseMeans[g] = 1 / (usual * (1 + overdispersion * meanDepth * usual));
    for (let k = 0; k < typeCount; k++) {
      totals[k] += weights[g] * row[k];
      const scaled = inverseMeans[g] * row[k];
      for (let l = 0; l <= k; l++) gram[k * typeCount + l] += scaled * row[l];
    }
  }
  // The same to the bit on both sides of the diagonal.
  for (let k = 0; k < typeCount; k++) {
    for (let l = 0; l < k; l++) gram[l * typeCount + k] = gram[k * typeCount + l];
  }
  return Object.freeze({ typeCount, geneCount, shares, weights, inverseMeans, totals, gram });
}

/** G x K: each type's counts, divided by their sum. */
function sharesByGene(signature: Float64Array, typeCount: number): Float64Array {
  const geneCount = signature.length / typeCount;
  const shares = new Float64Array(signature.length);
  for (let k = 0; k < typeCount; k++) {
    let sum = 0;
    for (let g = 0; g < geneCount; g++) sum += signature[k * geneCount + g];
    for (let g = 0; g < geneCount && sum > 0; g++) {
      shares[g * typeCount + k] = signature[k * geneCount + g] / sum;
    }
  }
  return shares;
}

function meanShares(signature: Float64Array, typeCount: number): Float64Array {
  const shares = sharesByGene(signature, typeCount);
  const means = new Float64Array(shares.length / typeCount);
  for (let i = 0; i < shares.length; i++) means[Math.floor(i / typeCount)] += shares[i] / typeCount;
  return means;
}
