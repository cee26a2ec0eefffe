import type { AnnDataContents } from "@flashdeconv/io-zarr";

/** Genes in the order in which a file names them: its columns. */
export interface GeneList {
  readonly names: readonly string[];
  /** Identifiers, where the file has names beside them. */
  readonly ids?: readonly string[];
}

interface DescribedGenes extends Pick<AnnDataContents, "var"> {
  readonly geneNames: readonly string[];
}

/** What an AnnData object says of its genes. A gene without a name is called by its identifier, as Stereo-seq's software does. */
export function describeGenes({ names, ids }: GeneList): DescribedGenes {
  if (!ids) return { geneNames: names };
  return {
    geneNames: names.map((name, gene) => name || ids[gene]),
    var: [{ kind: "string", name: "gene_ids", values: ids }],
  };
}
