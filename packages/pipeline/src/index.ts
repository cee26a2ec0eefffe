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

export type { AnswerTable, Deconvolution, SignatureSummary, SpotAnswers } from "./contracts/answers.js";
export type { Checkpoint, Piece } from "./contracts/checkpoint.js";
export type { Hierarchy } from "./contracts/hierarchy.js";
export type {
  CellReference,
  DividedInput,
  OpenReference,
  PreparedReference,
  ReferenceInput,
  SpatialInput,
} from "./contracts/inputs.js";
export type {
  DeconvolveOptions,
  MethodName,
  PlatformName,
  SolveSummaryOptions,
} from "./contracts/options.js";
export type { Parameters } from "./contracts/parameters.js";
export type { DeconvolveCallbacks, StageName, StageProgress } from "./contracts/run-context.js";
export type { Scratch, ScratchFile } from "./contracts/scratch.js";
export type { ResultDescription, ResultFrame, ResultSink } from "./contracts/sink.js";
export type { SectionSummary } from "./contracts/summary.js";
export type { PipelineTasks, SectionLocation } from "./contracts/tasks.js";
export { deconvolve } from "./deconvolve.js";
export { deconvolveDivided } from "./deconvolve-divided.js";
export { deconvolveSections, prepareReference, type SectionsOptions } from "./deconvolve-sections.js";
export { BUILT_IN_SOLVERS } from "./methods/built-in-solvers.js";
export { DECONVOLVE_DEFAULTS, DECONVOLVE_OPTIONS } from "./methods/deconvolve-options.js";
export type { Method } from "./methods/method.js";
export { METHOD_NAMES, METHODS } from "./methods/methods.js";
export { resolveDeconvolveOptions } from "./methods/resolve-options.js";
export { type MemoryPlan, planMemory } from "./runtime/memory-plan.js";
export { type SolveSummaryInput, solveSummary } from "./solve-summary.js";
export { readSummary } from "./stages/keep/read-summary.js";
export { recombineTypes } from "./stages/keep/recombine-types.js";
export { writeSummary } from "./stages/keep/write-summary.js";
export { mergeReference } from "./stages/reference/merge-reference.js";
export { SPOT_STATUSES } from "./stages/solve/spot-answers.js";
export { RESULT_DEFAULTS, type ResultLayout } from "./stages/write/result-layout.js";
export {
  type AnnDataPlace,
  annDataSink,
  writeResult,
  writeResultStore,
} from "./stages/write/write-deconvolution.js";
