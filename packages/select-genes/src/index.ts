/**
 * Gene alignment, narrowing, and the choice of the genes a deconvolution uses.
 *
 * @example
 * import { memorySource } from "@flashdeconv/core";
 * import {
 *   addCells,
 *   addMoments,
 *   alignGenes,
 *   buildMoments,
 *   buildSignatureSums,
 *   finishMoments,
 *   finishSignature,
 *   geneSubset,
 *   selectGenes,
 * } from "@flashdeconv/select-genes";
 *
 * const spatialGenes = ["Gad1", "Aqp4", "Cd3e"];
 * const spots = memorySource({
 *   kind: "csr",
 *   spotStart: 0,
 *   spotCount: 2,
 *   width: 3,
 *   indptr: Int32Array.of(0, 2, 3),
 *   indices: Int32Array.of(0, 2, 1),
 *   values: Float32Array.of(4, 1, 6),
 * });
 * const referenceGenes = ["Aqp4", "Gad1"];
 * const cells = memorySource({
 *   kind: "csr",
 *   spotStart: 0,
 *   spotCount: 3,
 *   width: 2,
 *   indptr: Int32Array.of(0, 1, 2, 3),
 *   indices: Int32Array.of(1, 0, 1),
 *   values: Float32Array.of(7, 9, 5),
 * });
 * const cellTypes = { names: ["Neuron", "Astrocyte"], codes: Int32Array.of(0, 1, 0) };
 *
 * const { geneNames, spatialIndex, referenceIndex } = alignGenes(spatialGenes, referenceGenes);
 * console.log(geneNames); // Aqp4, Gad1
 *
 * const moments = buildMoments(geneNames.length);
 * for await (const chunk of geneSubset(spots, spatialIndex).chunks()) addMoments(moments, chunk);
 *
 * const sums = buildSignatureSums(cellTypes.names.length, geneNames.length);
 * const aligned = geneSubset(cells, referenceIndex);
 * for await (const chunk of aligned.chunks()) addCells(sums, chunk, cellTypes.codes);
 * const { signature } = finishSignature(sums, cellTypes.names, geneNames);
 * console.log(signature.typeNames); // Astrocyte, Neuron
 * console.log(signature.values); // 9, 0, 0, 6
 *
 * const selection = selectGenes(finishMoments(moments), signature, { markersPerType: 1 });
 * console.log(selection.genes); // 0, 1
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
