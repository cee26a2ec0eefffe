import type { CsrChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** Rounds after which the weights of the genes have settled. */
const ROUNDS = 30;

/**
 * One overdispersion phi for all genes and spots, by moments over a sample: a count of mean mu has variance mu + phi mu^2, so over
 * the spots, for each gene,
 *
 *   S_g = sum_i (y - mu)^2 - mu  is on average  phi Q_g,  Q_g = sum_i mu^2,  mu_ig = n_i p_i x_g.
 *
 * phi is the line through these that weighs each gene by the inverse variance of its S, at its mean count m: m + 2 (m + phi m^2)^2
 * per spot. So neither the few genes of very many counts nor the many of few decide alone. With M = sum_i n_i^2 p_i p_i',
 * Q_g = x_g'M x_g, so only stored counts are visited.
 *
 * @param sample raw counts, spots x G
 * @param proportions spots x K
 * @param profiles K x G
 * @returns at least 0
 */
export function estimateOverdispersion(
  sample: CsrChunk,
  proportions: StatArray,
  profiles: Float64Array,
  typeCount: number,
): number {
  const { spotCount, indptr, indices, values, width: geneCount } = sample;
  const outer = new Float64Array(typeCount * typeCount);
  const mixed = new Float64Array(typeCount);
  /** G x K. */
  const byGene = transpose(profiles, typeCount, geneCount);
  const excess = new Float64Array(geneCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const own = spot * typeCount;
    let depth = 0;
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) depth += values[i];
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) {
      const row = indices[i] * typeCount;
      let share = 0;
      for (let k = 0; k < typeCount; k++) share += proportions[own + k] * byGene[row + k];
      excess[indices[i]] += values[i] * (values[i] - 2 * depth * share);
    }
    for (let a = 0; a < typeCount; a++) {
      const amount = depth * proportions[own + a];
      mixed[a] += amount;
      for (let b = 0; b < typeCount && amount !== 0; b++) {
        outer[a * typeCount + b] += amount * depth * proportions[own + b];
      }
    }
  }
  const squares = new Float64Array(geneCount);
  const means = new Float64Array(geneCount);
  for (let g = 0; g < geneCount; g++) {
    const row = g * typeCount;
    for (let a = 0; a < typeCount; a++) {
      means[g] += byGene[row + a] * mixed[a];
      for (let b = 0; b < typeCount; b++)
        squares[g] += byGene[row + a] * outer[a * typeCount + b] * byGene[row + b];
    }
    excess[g] += squares[g] - means[g];
    means[g] /= spotCount;
  }
  return weighedSlope(excess, squares, means);
}

function weighedSlope(excess: Float64Array, squares: Float64Array, means: Float64Array): number {
  let phi = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let above = 0;
    let below = 0;
    for (let g = 0; g < means.length; g++) {
      const mean = means[g];
      if (mean <= 0) continue;
      const weight = squares[g] / (mean + 2 * (mean + phi * mean * mean) ** 2);
      above += weight * excess[g];
      below += weight * squares[g];
    }
    phi = below > 0 ? Math.max(0, above / below) : 0;
  }
  return phi;
}

function transpose(rows: Float64Array, rowCount: number, width: number): Float64Array {
  const out = new Float64Array(rows.length);
  for (let k = 0; k < rowCount; k++)
    for (let g = 0; g < width; g++) out[g * rowCount + k] = rows[k * width + g];
  return out;
}
