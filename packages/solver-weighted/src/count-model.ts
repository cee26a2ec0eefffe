/** How counts of a section are explained: the types' shares of genes and what a count of each gene weighs. K types, G genes. */
export interface CountModel {
  readonly typeCount: number;
  readonly geneCount: number;
  /** K x G, rows sum to 1: after the platform correction. */
  readonly profiles: Float64Array;
  /** Shares of genes in the whole section, half a count added to each gene. */
  readonly shares: Float64Array;
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
 * Weights of the genes and all that follows from them. A spot of n counts has n x_g of gene g on average over the section, with
 * variance n x_g (1 + phi n x_g); divided by n, its inverse is 1 / (x_g (1 + phi n x_g)) at the mean depth, times n.
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
  const weights = shares.map((share) => 1 / (share * (1 + overdispersion * meanDepth * share)));
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
  return Object.freeze({ typeCount, geneCount, profiles, shares, overdispersion, weights, gram, projection });
}
