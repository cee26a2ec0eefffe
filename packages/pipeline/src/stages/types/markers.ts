import type { ReferenceSignature } from "@flashdeconv/core";

/** The gene that speaks most for a type. */
export interface Marker {
  readonly gene: string;
  /** Its share of the type's counts over its greatest share in any other type; both 10 in a million more, so that few counts make no marker. */
  readonly foldChange: number;
}

/** A share that is nearly nothing. */
const LITTLE = 1e-5;

/** For each type the gene with the greatest fold change over all other types; undefined for a type without counts, or the only one. */
export function bestMarkers({ typeNames, geneNames, values }: ReferenceSignature): (Marker | undefined)[] {
  const geneCount = geneNames.length;
  const totals = typeNames.map((_, k) =>
    values.subarray(k * geneCount, (k + 1) * geneCount).reduce((sum, mean) => sum + mean, 0),
  );
  const best = typeNames.map((): Marker | undefined => undefined);
  if (typeNames.length < 2) return best;
  for (const [g, gene] of geneNames.entries()) {
    let [first, second, leader] = [-1, -1, 0];
    for (const [k, total] of totals.entries()) {
      const share = total > 0 ? values[k * geneCount + g] / total : 0;
      if (share > first) [first, second, leader] = [share, first, k];
      else if (share > second) second = share;
    }
    const foldChange = (first + LITTLE) / (second + LITTLE);
    if (first > 0 && foldChange > (best[leader]?.foldChange ?? 0)) best[leader] = { gene, foldChange };
  }
  return best;
}
