import type { ReferenceSignature } from "@flashdeconv/core";
import type { GeneMoments } from "./gene-moments.js";

/** Genes, ascending, of which some type of the signature has a count. */
export function genesInSignature({ geneNames, values }: ReferenceSignature): Int32Array {
  const isCounted = new Uint8Array(geneNames.length);
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) isCounted[i % geneNames.length] = 1;
  return Int32Array.from(geneNames.keys()).filter((gene) => isCounted[gene] === 1);
}

/**
 * Genes, ascending, that both sides counted: one that is 0 throughout on either side says nothing of the types, whatever the other
 * side has. Values that are not counts may cancel out in one sum but not in all three.
 */
export function countedGenes(moments: GeneMoments, signature: ReferenceSignature): Int32Array {
  const { mean, variance, rawTotal } = moments;
  return genesInSignature(signature).filter(
    (gene) => rawTotal[gene] !== 0 || mean[gene] !== 0 || variance[gene] !== 0,
  );
}
