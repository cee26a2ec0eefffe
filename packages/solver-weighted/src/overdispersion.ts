import type { CsrChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** Rounds, each halving the step, after which the estimate has settled. */
const ROUNDS = 50;
const SETTLED = 1e-4;
/** A section whose counts vary more than this is not one that its reference explains. */
export const MOST_OVERDISPERSION = 10;
/** A gene that is seen so many times more or less often than expected says nothing of how counts vary around what is expected. */
const MOST_BIAS = 10;
/** Genes whose excess lies further from the line, in standard deviations, count for less (Huber 1964). */
const OUTLYING = 3;
/** A standard deviation in terms of the median absolute deviation. */
const DEVIATION_PER_MAD = 1.4826;

/**
 * One overdispersion phi for all genes and spots, by moments over a sample: a count of mean mu has variance mu + phi mu^2, so over
 * the spots, for each gene,
 *
 *   S_g = sum_i (y - mu)^2 - mu  is on average  phi Q_g,  Q_g = sum_i mu^2,  mu_ig = f_g n_i p_i x_g.
 *
 * f_g is how much more often the gene was seen in the sample than expected. Without it the square of that bias would pass
 * for variance, and as weights fall with phi the most biased genes would in the end decide alone.
 *
 * phi is the line through these that weighs each gene by the inverse variance of its S, at its mean count m: m + 2 (m + phi m^2)^2
 * per spot. So neither the few genes of very many counts nor the many of few decide alone; outlying genes are held down. With
 * M = sum_i n_i^2 p_i p_i', Q_g = x_g'M x_g, so only stored counts are visited.
 *
 * @param sample raw counts, spots x G
 * @param proportions spots x K
 * @param profiles K x G
 * @returns from 0 to MOST_OVERDISPERSION
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
  const totals = new Float64Array(geneCount);
  const squares = new Float64Array(geneCount);
  const products = new Float64Array(geneCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const own = spot * typeCount;
    let depth = 0;
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) depth += values[i];
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) {
      const gene = indices[i];
      let share = 0;
      for (let k = 0; k < typeCount; k++) share += proportions[own + k] * byGene[gene * typeCount + k];
      totals[gene] += values[i];
      squares[gene] += values[i] * values[i];
      products[gene] += values[i] * depth * share;
    }
    for (let a = 0; a < typeCount; a++) {
      const amount = depth * proportions[own + a];
      mixed[a] += amount;
      for (let b = 0; b < typeCount && amount !== 0; b++) {
        outer[a * typeCount + b] += amount * depth * proportions[own + b];
      }
    }
  }
  const genes: GeneExcess[] = [];
  for (let g = 0; g < geneCount; g++) {
    const row = g * typeCount;
    let expected = 0;
    let square = 0;
    for (let a = 0; a < typeCount; a++) {
      expected += byGene[row + a] * mixed[a];
      for (let b = 0; b < typeCount; b++)
        square += byGene[row + a] * outer[a * typeCount + b] * byGene[row + b];
    }
    const bias = (totals[g] + 0.5) / (expected + 0.5);
    if (totals[g] === 0 || !(bias > 1 / MOST_BIAS && bias < MOST_BIAS)) continue;
    const meanSquare = bias * bias * square;
    const excess = squares[g] - 2 * bias * products[g] + meanSquare - bias * expected;
    genes.push({ excess, square: meanSquare, mean: (bias * expected) / spotCount });
  }
  return robustSlope(genes, spotCount);
}

/** S, Q and mean count of a gene. */
interface GeneExcess {
  readonly excess: number;
  readonly square: number;
  readonly mean: number;
}

function robustSlope(genes: readonly GeneExcess[], spotCount: number): number {
  let phi = 0;
  for (let round = 0; round < ROUNDS && genes.length > 0; round++) {
    const variances = genes.map(({ mean }) => spotCount * (mean + 2 * (mean + phi * mean * mean) ** 2));
    const deviations = genes.map(
      ({ excess, square }, i) => (excess - phi * square) / Math.sqrt(variances[i]),
    );
    const center = median(deviations);
    const spread = Math.max(1, DEVIATION_PER_MAD * median(deviations.map((z) => Math.abs(z - center))));
    let above = 0;
    let below = 0;
    for (const [i, { excess, square }] of genes.entries()) {
      const held = Math.min(1, (OUTLYING * spread) / Math.abs(deviations[i]));
      above += (held * square * excess) / variances[i];
      below += (held * square * square) / variances[i];
    }
    const next = below > 0 ? Math.min(Math.max(above / below, 0), MOST_OVERDISPERSION) : 0;
    const step = (next - phi) / 2;
    phi += step;
    if (Math.abs(step) < SETTLED * (1 + phi)) break;
  }
  return phi;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function transpose(rows: Float64Array, rowCount: number, width: number): Float64Array {
  const out = new Float64Array(rows.length);
  for (let k = 0; k < rowCount; k++)
    for (let g = 0; g < width; g++) out[g * rowCount + k] = rows[k * width + g];
  return out;
}
