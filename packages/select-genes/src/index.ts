/**
 * Gene alignment, narrowing, and the choice of the genes a deconvolution uses.
 *
 * @example
 * import { memorySource } from "@flashdeconv/core";
 * import { addMoments, alignGenes, buildMoments, finishMoments, geneSubset, selectGenes } from "@flashdeconv/select-genes";
 *
 * const spots = memorySource({
 *   kind: "csr", spotStart: 0, spotCount: 2, width: 3,
 *   indptr: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1), values: Float32Array.of(4, 1, 6),
 * });
 * const alignment = alignGenes(["Gad1", "Aqp4", "Cd3e"], ["Aqp4", "Gad1"]); // shared: Aqp4, Gad1
 * const moments = buildMoments(2);
 * for await (const chunk of geneSubset(spots, alignment.spatialIndex).chunks()) addMoments(moments, chunk);
 * const signature = {
 *   typeNames: ["Astrocyte", "Neuron"], geneNames: alignment.geneNames, values: Float64Array.of(9, 0, 1, 7),
 * };
 * console.log(selectGenes(finishMoments(moments), signature).genes); // 0, 1
 */

export { alignGenes, type GeneAlignment } from "./align-genes.js";
export {
  addMoments,
  buildMoments,
  finishMoments,
  type GeneMoments,
  type MomentSums,
  mergeMoments,
} from "./gene-moments.js";
export { type GeneSelectionOptions, resolveGeneSelectionOptions } from "./gene-selection-options.js";
export { geneSubset } from "./gene-subset.js";
export { leverageScores } from "./leverage-scores.js";
export { type GeneSelection, selectGenes } from "./select-genes.js";
export { signatureSubset } from "./signature-subset.js";
export {
  addCells,
  buildSignatureSums,
  type FinishedSignature,
  finishSignature,
  type SignatureSums,
} from "./signature-sums.js";
