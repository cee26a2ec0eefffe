/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { FEW_SHARED } from "./align-genes.js";
export { type ColumnMatch, compareColumns, type NamedColumn } from "./compare-columns.js";
export { countedGenes, genesInSignature } from "./counted-genes.js";
export { buildGeneMap, type GeneMap } from "./gene-map.js";
export { buildMomentAdder } from "./gene-moments.js";
export { GENE_SELECTION_OPTIONS } from "./gene-selection-options.js";
export { buildRenumbering, renumberInPlace } from "./gene-subset.js";
export { type SpellingGain, spellingGains } from "./name-differences.js";
