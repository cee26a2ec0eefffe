/** The `count` genes of greatest score among `genes`, the greatest first; of equal scores the lower gene comes first. */
export function topGenes(genes: readonly number[], scores: Float64Array, count: number): number[] {
  return [...genes].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, count);
}
