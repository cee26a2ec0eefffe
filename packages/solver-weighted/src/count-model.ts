/** How counts of a section are explained: the types' shares of genes and what a count of each gene weighs. K types, G genes. */
export interface CountModel {
  readonly typeCount: number;
  readonly geneCount: number;
  /** K x G, rows sum to 1: after the platform correction. */
  readonly profiles: Float64Array;
  /** Shares of genes in the whole section, half a count added to each gene. */
  readonly shares: Float64Array;
  /** G: what share of a spot's counts each gene is taken to have in the variance: the mean of `shares` and of the types' mean. */
  readonly means: Float64Array;
  /** Overdispersion phi: a count of mean m has variance m + phi m^2. */
  readonly overdispersion: number;
  /** G: inverse variance of a count, on the scale of shares. */
  readonly weights: Float64Array;
  /** K x K: X W X'. */
  readonly gram: Float64Array;
  /** G x K, one row per gene: w_g x_kg. */
  readonly projection: Float64Array;
}

/** What the variance of a count follows from. */
export interface CountVariance {
  /** Mean counts per spot. */
  readonly meanDepth: number;
  /** phi: a count of mean m has variance m + phi m^2. */
  readonly overdispersion: number;
}

/** Shares of genes in the section; half a count is added to each so that none is impossible. */
export function bulkShares(bulk: Float64Array): Float64Array {
  let total = 0.5 * bulk.length;
  for (let g = 0; g < bulk.length; g++) total += bulk[g];
  return bulk.map((count) => (count + 0.5) / total);
}

/**
 * Weights of the genes and all that follows from them. A spot of n counts has about n m_g of gene g, with variance
 * n m_g (1 + phi n m_g); divided by n, its inverse is 1 / (m_g (1 + phi n m_g)) at the mean depth, times n.
 *
 * m is half what the section as a whole has and half what its types have on average: few spots are like the section, and a gene
 * of a type that is rare in it would weigh too much in the spots that hold the type.
 *
 * @param profiles K x G, rows sum to 1
 * @param bulk counts of each gene in the whole section
 */
export function buildCountModel(
  profiles: Float64Array,
  bulk: Float64Array,
  { meanDepth, overdispersion }: CountVariance,
): CountModel {
  const geneCount = bulk.length;
  const typeCount = profiles.length / geneCount;
  const shares = bulkShares(bulk);
  const means = shares.map((share, g) => {
    let mean = 0;
    for (let k = 0; k < typeCount; k++) mean += profiles[k * geneCount + g] / typeCount;
    return (share + mean) / 2;
  });
  const weights = means.map((mean) => 1 / (mean * (1 + overdispersion * meanDepth * mean)));
  const projection = new Float64Array(geneCount * typeCount);
  for (let g = 0; g < geneCount; g++) {
    for (let k = 0; k < typeCount; k++)
      projection[g * typeCount + k] = weights[g] * profiles[k * geneCount + g];
  }
  const gram = new Float64Array(typeCount * typeCount);
  for (let a = 0; a < typeCount; a++) {
    for (let b = a; b < typeCount; b++) {
      let sum = 0;
      for (let g = 0; g < geneCount; g++) sum += profiles[a * geneCount + g] * projection[g * typeCount + b];
      gram[a * typeCount + b] = gram[b * typeCount + a] = sum;
    }
  }
  return Object.freeze({
    typeCount,
    geneCount,
    profiles,
    shares,
    means,
    overdispersion,
    weights,
    gram,
    projection,
  });
}
