/**
 * The stages of flashdeconv composed: reference and section in, cell-type proportions out.
 *
 * @example
 * import { memorySource } from "@flashdeconv/core";
 * import { deconvolve } from "@flashdeconv/pipeline";
 *
 * // Two spots, three genes; two cell types known by their mean counts.
 * const spatial = {
 *   geneNames: ["Gad1", "Aqp4", "Cd3e"],
 *   counts: memorySource({
 *     kind: "csr", spotStart: 0, spotCount: 2, width: 3,
 *     indptr: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1), values: Float32Array.of(40, 2, 60),
 *   }),
 *   readCoordinates: async () => ({ dimension: 2 as const, values: Float64Array.of(0, 0, 1, 0) }),
 * };
 * const reference = {
 *   typeNames: ["Astrocyte", "Neuron"], geneNames: ["Aqp4", "Cd3e", "Gad1"], values: Float64Array.of(9, 1, 0, 0, 1, 8),
 * };
 * const result = await deconvolve(spatial, reference);
 * console.log(result.typeNames[result.dominant[0]]); // Neuron
 */

export type { Checkpoint, Piece, PieceArray, PieceMaker } from "./contracts/checkpoint.js";
export {
  type CellReference,
  isSignature,
  type ReferenceInput,
  type SpatialInput,
  typeNamesOf,
} from "./contracts/inputs.js";
export type { Parameters, ParameterValue } from "./contracts/parameters.js";
export type { Scratch, ScratchFile, ScratchUse } from "./contracts/scratch.js";
export { type Deconvolution, deconvolve } from "./deconvolve.js";
export { BUILT_IN_SOLVERS } from "./methods/built-in-solvers.js";
export { guardSolver, PLUGIN_CALLS, type PluginCall, type WatchCalls } from "./methods/guard-solver.js";
export { METHOD_NAMES, METHODS, type Method, type MethodName } from "./methods/methods.js";
export { methodsWith, methodsWithOwn } from "./methods/option-table.js";
export { PLATFORMS, type PlatformName, platformLambda } from "./methods/platforms.js";
export {
  DECONVOLVE_DEFAULTS,
  type DeconvolveCallbacks,
  type DeconvolveOptions,
  resolveDeconvolveOptions,
  type StageName,
  type StageProgress,
} from "./methods/resolve-options.js";
export type { MemoryFacts, ReferenceFacts } from "./runtime/memory-facts.js";
export {
  type MemoryPlan,
  type MemoryRequest,
  planMemory,
  SPOTS_WORTH_THREADS,
} from "./runtime/memory-plan.js";
export { recombineTypes } from "./stages/keep/recombine-types.js";
export {
  type ReadSummaryOptions,
  readSummary,
  readSummaryParameters,
  type StoredSummary,
  type SummarySize,
  writeSummary,
} from "./stages/keep/summary-store.js";
export { wantsNeighbors } from "./stages/neighbors/wants-neighbors.js";
export type { PipelineTasks, SectionLocation } from "./stages/pipeline-tasks.js";
export { betterColumns, describeMatch, type NamedSide } from "./stages/reference/align-inputs.js";
export { judgeMatrices, type MatrixVerdict, type OtherMatrix } from "./stages/reference/find-counts.js";
export { isUninformativeLabel } from "./stages/reference/prepare-reference.js";
export {
  resolveSummaryOptions,
  type SolveSummaryInput,
  type SolveSummaryOptions,
  solveSummary,
} from "./stages/solve/solve-section.js";
export { SPOT_STATUSES, type SpotAnswers } from "./stages/solve/spot-answers.js";
export type { SpotStatistics } from "./stages/summarize/spot-statistics.js";
export { RESULT_DEFAULTS, type ResultLayout, resolveResultLayout } from "./stages/write/result-layout.js";
export {
  addResultTable,
  addResultToStore,
  checkResultPlace,
  type ResultFrame,
  resultElements,
  writeResultStore,
} from "./stages/write/write-deconvolution.js";
export type { SectionSummary } from "./summarize-section.js";
export { needsSample } from "./tuning/settle-smoothing.js";
