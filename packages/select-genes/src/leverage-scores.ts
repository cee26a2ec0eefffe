import type { ReferenceSignature } from "@flashdeconv/core";
import { Matrix, SingularValueDecomposition } from "ml-matrix";

/** Damps directions in which the types hardly differ, so that noise gets no leverage; the published package's constant. */
const RIDGE = 1e-6;

/**
 * How much each gene of the signature (raw, selected genes only) spans the differences between the types; sums to about 1.
 *
 * With X centred per gene over types and the thin SVD X' = U diag(s) V', the score of gene j is the sum over c of
 * U_jc^2 s_c^2 / (s_c^2 + 1e-6), divided by the sum over all genes + 1e-6. All 0 where the types do not differ (K = 1).
 * Source: FlashDeconv article, Methods (leverage); ridge from the package 0.1.6.
 */
export function leverageScores(signature: ReferenceSignature): Float64Array {
  const geneCount = signature.geneNames.length;
  const scores = new Float64Array(geneCount);
  const centred = centredGenes(signature);
  const decomposition = new SingularValueDecomposition(centred, {
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  const directions = decomposition.leftSingularVectors;
  decomposition.diagonal.forEach((singularValue, direction) => {
    const weight = singularValue ** 2 / (singularValue ** 2 + RIDGE);
    for (let gene = 0; gene < geneCount; gene++)
      scores[gene] += weight * directions.get(gene, direction) ** 2;
  });
  const total = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / (total + RIDGE));
}

/** genes x K: each gene's values minus their mean over types. */
function centredGenes({ typeNames, geneNames, values }: ReferenceSignature): Matrix {
  const typeCount = typeNames.length;
  const geneCount = geneNames.length;
  const centred = new Matrix(geneCount, typeCount);
  for (let gene = 0; gene < geneCount; gene++) {
    let mean = 0;
    for (let type = 0; type < typeCount; type++) mean += values[type * geneCount + gene];
    mean /= typeCount;
    for (let type = 0; type < typeCount; type++) {
      centred.set(gene, type, values[type * geneCount + gene] - mean);
    }
  }
  return centred;
}
