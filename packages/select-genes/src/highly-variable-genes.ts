import type { GeneMoments } from "./gene-moments.js";
import { type GeneSelectionOptions, resolveGeneSelectionOptions } from "./gene-selection-options.js";
import { percentiles } from "./percentiles.js";
import { topGenes } from "./top-genes.js";

/**
 * Genes whose variance stands out among genes of like mean, ascending.
 *
 * Candidates have a mean and a dispersion within the options' bounds; when they are at least as many as asked for, the most
 * dispersed of them are taken, else the most dispersed of all genes. Of equal dispersions the lower gene wins.
 *
 * @param among genes that may be taken, all by default; what a gene is compared with are all
 */
export function highlyVariableGenes(
  moments: GeneMoments,
  options: Partial<GeneSelectionOptions> = {},
  among?: Int32Array,
): Int32Array {
  const { highlyVariableCount, binCount, minimumMean, maximumMean, minimumDispersion } =
    resolveGeneSelectionOptions(options);
  const { mean } = moments;
  const dispersions = normalizedDispersions(moments, binCount);
  const genes = Array.from(among ?? mean.keys());
  const candidates = genes.filter(
    (gene) =>
      mean[gene] >= minimumMean && mean[gene] <= maximumMean && dispersions[gene] >= minimumDispersion,
  );
  const pool = candidates.length >= highlyVariableCount ? candidates : genes;
  return Int32Array.from(topGenes(pool, dispersions, highlyVariableCount)).sort();
}

/**
 * How many standard deviations a gene's variance lies above the average of its bin of mean expression. 0 for a gene
 * alone in its bin, and for all genes when the means do not spread over two edges.
 *
 * Source: the "seurat"-like selection of the FlashDeconv package 0.1.6.
 */
export function normalizedDispersions({ mean, variance }: GeneMoments, binCount: number): Float64Array {
  const dispersions = new Float64Array(mean.length);
  const positive = mean.filter((value) => value > 0);
  if (positive.length === 0) return dispersions;
  const edges = percentiles(positive, binCount).filter((edge, i, all) => i === 0 || edge !== all[i - 1]);
  if (edges.length < 2) return dispersions;

  const bins: number[][] = Array.from({ length: edges.length - 1 }, () => []);
  for (let gene = 0; gene < mean.length; gene++) {
    let bin = -1;
    while (bin + 1 < edges.length && edges[bin + 1] <= mean[gene]) bin++;
    bins[Math.min(Math.max(bin, 0), bins.length - 1)].push(gene);
  }
  for (const genes of bins) {
    if (genes.length < 2) continue;
    const average = genes.reduce((sum, gene) => sum + variance[gene], 0) / genes.length;
    const spread = genes.reduce((sum, gene) => sum + (variance[gene] - average) ** 2, 0) / genes.length;
    for (const gene of genes) {
      dispersions[gene] = (variance[gene] - average) / (Math.sqrt(spread) + 1e-10);
    }
  }
  return dispersions;
}
