import { OptionError, type ReferenceSignature } from "@flashdeconv/core";
import { alignGenes } from "@flashdeconv/select-genes";

/** How counts of a gene are divided: each type's shares of genes, gene by gene. */
export interface GeneShares {
  readonly typeCount: number;
  /** Genes of the section x K: gene g's share of the counts of type k; all 0 where the reference lacks the gene. */
  readonly values: Float64Array;
  /** Which columns of the section the reference has, 1 or 0. */
  readonly isShared: Uint8Array;
}

export interface SharesRequest {
  readonly signature: ReferenceSignature;
  /** Of the section's columns. */
  readonly geneNames: readonly string[];
  /** K names, in the order of the result's columns. */
  readonly typeNames: readonly string[];
  /** Genes over which the result's proportions are shares; all that are shared where left out. */
  readonly genesUsed?: readonly string[];
  /** K: counts of a cell of each type, where the proportions are shares of cells; left out where they are of RNA. */
  readonly countsPerCell?: Float64Array;
}

/**
 * The types' shares of genes, so that proportion x share is in proportion to what a spot's cells of a type leave of a gene. What the
 * platform does to a gene is the same for all types and cancels.
 *
 * @throws OptionError for a type that the reference lacks, GeneMismatchError where no gene is shared
 */
export function geneShares(request: SharesRequest): GeneShares {
  const { signature, geneNames, typeNames, genesUsed, countsPerCell } = request;
  const rows = typeNames.map((name) => signature.typeNames.indexOf(name));
  refuseMissing(typeNames, rows);
  const { geneNames: shared, spatialIndex, referenceIndex } = alignGenes(geneNames, signature.geneNames);
  const used = genesUsed && new Set(genesUsed);
  const typeCount = typeNames.length;
  const width = signature.geneNames.length;
  const values = new Float64Array(geneNames.length * typeCount);
  const isShared = new Uint8Array(geneNames.length);
  for (const [k, row] of rows.entries()) {
    let total = 0;
    for (const [i, column] of referenceIndex.entries())
      if (used?.has(shared[i]) ?? true) total += signature.values[row * width + column];
    const scale = total > 0 ? (countsPerCell?.[k] ?? 1) / total : 0;
    for (const [i, column] of referenceIndex.entries())
      values[spatialIndex[i] * typeCount + k] = signature.values[row * width + column] * scale;
  }
  for (const column of spatialIndex) isShared[column] = 1;
  return { typeCount, values, isShared };
}

function refuseMissing(typeNames: readonly string[], rows: readonly number[]): void {
  const missing = typeNames.filter((_, k) => rows[k] < 0);
  if (missing.length === 0) return;
  throw new OptionError({
    option: "reference",
    value: missing.slice(0, 3).join(", "),
    rule: `a reference with all types of the result; it lacks ${missing.length} of ${typeNames.length}`,
    remedy:
      "Give the reference that the result was made with; types that were taken together must be one in it.",
  });
}
