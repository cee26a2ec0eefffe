import type { ReferenceSignature } from "@flashdeconv/core";
import { type GeneSelectionOptions, resolveGeneSelectionOptions } from "./gene-selection-options.js";
import { topGenes } from "./top-genes.js";

/**
 * The genes that tell the cell types apart best, ascending.
 *
 * On rows divided by their sums, the specificity of a gene is its greatest value minus its second greatest. Each type
 * gives the `markersPerType` most specific of the genes in which it is the greatest (the lower type on a tie); a type that is
 * the greatest nowhere gives its highest genes. Of equal genes the lower wins. A gene without any count is not a marker.
 * With one type nothing can be compared: its first `markersPerType` genes are taken.
 *
 * @param among genes that may be taken, all by default
 */
export function markerGenes(
  signature: ReferenceSignature,
  options: Partial<GeneSelectionOptions> = {},
  among: Int32Array = Int32Array.from(signature.geneNames.keys()),
): Int32Array {
  const { markersPerType } = resolveGeneSelectionOptions(options);
  const typeCount = signature.typeNames.length;
  if (typeCount === 1) return among.slice(0, markersPerType);

  const fractions = Array.from({ length: typeCount }, (_, type) => rowFractions(signature, type));
  const { ledGenes, expressedGenes, specificity } = leaders(fractions, among);
  const markers = new Set<number>();
  for (let type = 0; type < typeCount; type++) {
    const top =
      ledGenes[type].length > 0
        ? topGenes(ledGenes[type], specificity, markersPerType)
        : topGenes(expressedGenes, fractions[type], markersPerType);
    for (const gene of top) markers.add(gene);
  }
  return Int32Array.from(markers).sort();
}

/** One type's row divided by its sum; zeros for a type without counts. */
function rowFractions({ values, geneNames }: ReferenceSignature, type: number): Float64Array {
  const row = values.subarray(type * geneNames.length, (type + 1) * geneNames.length);
  const sum = row.reduce((total, value) => total + value, 0);
  return row.map((value) => (sum > 0 ? value / sum : 0));
}

/** For each type the genes it is the greatest in, and for each gene by how much; genes without any count are in none. */
function leaders(fractions: readonly Float64Array[], genes: Int32Array) {
  const ledGenes: number[][] = fractions.map(() => []);
  const expressedGenes: number[] = [];
  const specificity = new Float64Array(fractions[0].length);
  for (const gene of genes) {
    let leader = 0;
    let greatest = 0;
    let second = 0;
    for (let type = 0; type < fractions.length; type++) {
      const value = fractions[type][gene];
      if (value > greatest) {
        second = greatest;
        greatest = value;
        leader = type;
      } else if (value > second) second = value;
    }
    if (greatest === 0) continue;
    specificity[gene] = greatest - second;
    ledGenes[leader].push(gene);
    expressedGenes.push(gene);
  }
  return { ledGenes, expressedGenes, specificity };
}
