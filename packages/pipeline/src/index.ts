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

export type { Deconvolution, SignatureSummary, SpotAnswers } from "./contracts/answers.js";
export type { Checkpoint, Piece, PieceArray, PieceMaker } from "./contracts/checkpoint.js";
export type {
  CellReference,
  DividedInput,
  OpenReference,
  OtherMatrix,
  PreparedReference,
  ReferenceInput,
  SpatialInput,
  SpotSections,
} from "./contracts/inputs.js";
export type {
  DeconvolveOptions,
  MethodName,
  PlatformName,
  SolveSummaryOptions,
} from "./contracts/options.js";
export type { Parameters, ParameterValue } from "./contracts/parameters.js";
export type { DeconvolveCallbacks, StageName, StageProgress } from "./contracts/run-context.js";
export type { Scratch, ScratchFile, ScratchUse } from "./contracts/scratch.js";
export type { SectionSummary, SpotStatistics } from "./contracts/summary.js";
export type { PipelineTasks, SectionLocation } from "./contracts/tasks.js";
export { deconvolve } from "./deconvolve.js";
export { type DividedCallbacks, deconvolveDivided } from "./deconvolve-divided.js";
export {
  chooseTogether,
  deconvolveSections,
  prepareReference,
  type SectionsOptions,
} from "./deconvolve-sections.js";
export { BUILT_IN_SOLVERS } from "./methods/built-in-solvers.js";
export { DECONVOLVE_DEFAULTS, DECONVOLVE_OPTIONS } from "./methods/deconvolve-options.js";
export { guardSolver, PLUGIN_CALLS, type PluginCall, type WatchCalls } from "./methods/guard-solver.js";
export type { Method } from "./methods/method.js";
export { METHOD_NAMES, METHODS, methodsWith, methodsWithOwn, needsSample } from "./methods/methods.js";
export { PLATFORMS, platformLambda } from "./methods/platforms.js";
export { resolveDeconvolveOptions } from "./methods/resolve-options.js";
export type { MemoryFacts, ReferenceFacts } from "./runtime/memory-facts.js";
export {
  type MemoryPlan,
  type MemoryRequest,
  planMemory,
  SPOTS_WORTH_THREADS,
} from "./runtime/memory-plan.js";
export { resolveSummaryOptions, type SolveSummaryInput, solveSummary } from "./solve-summary.js";
export { isSignature, typeNamesOf } from "./stages/check-inputs.js";
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
export { betterColumns, describeMatch, type NamedSide } from "./stages/reference/align-inputs.js";
export { isUninformativeLabel } from "./stages/reference/align-reference.js";
export { judgeMatrices, type MatrixVerdict } from "./stages/reference/find-counts.js";
export { divideSection } from "./stages/sections/divide-section.js";
export { SPOT_STATUSES } from "./stages/solve/spot-answers.js";
export { alikeMeans } from "./stages/survey/alike-means.js";
export {
  judgeMeans,
  MEANS_VERDICTS,
  type MeansReport,
  type MeansVerdict,
  mayBeRoundedLogs,
  type TypeMeans,
} from "./stages/survey/judge-means.js";
export { RESULT_DEFAULTS, type ResultLayout, resolveResultLayout } from "./stages/write/result-layout.js";
export {
  addResultTable,
  addResultToStore,
  checkResultPlace,
  type ResultFrame,
  resultElements,
  writeResultStore,
} from "./stages/write/write-deconvolution.js";
