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

export { BUILT_IN_SOLVERS } from "./built-in-solvers.js";
export type { Checkpoint, Piece, PieceArray, PieceMaker } from "./checkpoint/checkpoint.js";
export { needsSample } from "./choices/choose-fit.js";
export { type Deconvolution, deconvolve } from "./deconvolve.js";
export {
  DECONVOLVE_DEFAULTS,
  type DeconvolveCallbacks,
  type DeconvolveOptions,
  resolveDeconvolveOptions,
  type StageName,
  type StageProgress,
} from "./deconvolve-options.js";
export {
  type CellReference,
  isSignature,
  type ReferenceInput,
  type SpatialInput,
  typeNamesOf,
} from "./inputs.js";
export type { MemoryFacts, ReferenceFacts } from "./memory/memory-facts.js";
export {
  type MemoryPlan,
  type MemoryRequest,
  planMemory,
  SPOTS_WORTH_THREADS,
} from "./memory/memory-plan.js";
export { METHOD_NAMES, METHODS, type Method, type MethodName } from "./methods.js";
export { wantsNeighbors } from "./neighbors/wants-neighbors.js";
export { methodsWith, methodsWithOwn } from "./option-table.js";
export type { Parameters, ParameterValue } from "./parameters.js";
export { guardSolver, PLUGIN_CALLS, type PluginCall, type WatchCalls } from "./plugins/guard-solver.js";
export { betterColumns, describeMatch, type NamedSide } from "./problem/align-inputs.js";
export { judgeMatrices, type MatrixVerdict, type OtherMatrix } from "./problem/find-counts.js";
export { PLATFORMS, type PlatformName, platformLambda } from "./problem/platforms.js";
export { isUninformativeLabel } from "./problem/prepare-reference.js";
export { RESULT_DEFAULTS, type ResultLayout, resolveResultLayout } from "./result/result-layout.js";
export {
  addResultTable,
  addResultToStore,
  checkResultPlace,
  type ResultFrame,
  resultElements,
  writeResultStore,
} from "./result/write-deconvolution.js";
export type { Scratch, ScratchFile, ScratchUse } from "./scratch/scratch-use.js";
export {
  resolveSummaryOptions,
  type SolveSummaryInput,
  type SolveSummaryOptions,
  solveSummary,
} from "./solve/solve-summary.js";
export { SPOT_STATUSES, type SpotAnswers } from "./solve/spot-answers.js";
export { recombineTypes } from "./summary/recombine-types.js";
export type { SpotStatistics } from "./summary/spot-statistics.js";
export type { SectionSummary } from "./summary/summarize-section.js";
export {
  type ReadSummaryOptions,
  readSummary,
  readSummaryParameters,
  type StoredSummary,
  type SummarySize,
  writeSummary,
} from "./summary/summary-store.js";
export type { PipelineTasks, SectionLocation } from "./threads/pipeline-tasks.js";
