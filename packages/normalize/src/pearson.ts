import type { CsrChunk } from "@flashdeconv/core";

export interface Pearson {
  readonly kind: "pearson";
  /** 1 / sigma of each gene, one item per column; see `pearsonScale`. */
  readonly scale: Float64Array;
}

/** Overdispersion of the negative binomial the scale is that of; the published package's constant. */
const THETA = 100;

/** Added to every mean, so that a gene without counts has a finite scale; the published package's constant. */
const MEAN_OFFSET = 1e-6;

/**
 * 1 / sigma for each gene, where sigma^2 = m + m^2 / 100 is the variance of a negative binomial with mean m = `means[g]` + 1e-6.
 *
 * `means` are the mean raw counts per gene: over spots for the spatial side, over types for the reference side. Source:
 * FlashDeconv package 0.1.6; the residual is scaled but not centred, so that zeros stay zeros.
 */
export function pearsonScale(means: Float64Array): Float64Array {
  return means.map((mean) => {
    const m = mean + MEAN_OFFSET;
    return 1 / Math.sqrt(m + (m * m) / THETA);
  });
}

/** Multiplies each value of the chunk by its gene's scale. */
export function pearsonInPlace(chunk: CsrChunk, { scale }: Pearson): void {
  const { indices, values } = chunk;
  for (let i = 0; i < values.length; i++) values[i] *= scale[indices[i]];
}
