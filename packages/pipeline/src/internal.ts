/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { type CheckedTypes, type CheckTypesInput, checkTypes } from "./check-types.js";
export type { TypeConfusion } from "./contracts/confusion.js";
export type { SpotSections } from "./contracts/inputs.js";
export type { RunMark } from "./contracts/run-mark.js";
export type { KeptCounts, ScratchUse } from "./contracts/scratch.js";
export { type DividedCallbacks, type ReadySections, readySections } from "./deconvolve-divided.js";
export { chooseTogether } from "./deconvolve-sections.js";
export { keptChoice } from "./kept-choice.js";
export { guardSolver, PLUGIN_CALLS, type PluginCall } from "./methods/guard-solver.js";
export { methodsWith, methodsWithOwn, refines } from "./methods/methods.js";
export { optionsInForce } from "./methods/options-in-force.js";
export type { RunReach } from "./platform/node/run-folder/bucket-place.js";
export { describeDifferences } from "./platform/node/run-folder/differences.js";
export { hasPageScratch, openPageScratch, type PageScratch } from "./platform/web/page-scratch.js";
export { showLife, type WorkerScope, watchWorker } from "./platform/web/worker-life.js";
export {
  gapsOfPiece,
  hasCome,
  mostPieces,
  type PieceContext,
  pieceRange,
  runPiece,
  SHARED_PASSES,
  type SharedPass,
} from "./run-piece.js";
export { runSection, type SectionContext, sectionCheckpoint } from "./run-section.js";
export { referenceFacts } from "./runtime/matrix-sizes.js";
export type { MemoryFacts, ReferenceFacts } from "./runtime/memory-facts.js";
export { SPOTS_WORTH_THREADS } from "./runtime/memory-plan.js";
export { gatedSource, type RunGate, runGate } from "./runtime/run-gate.js";
export { MOST_KEPT_SPOTS } from "./runtime/run-pass.js";
export { RunStopped } from "./runtime/run-stop.js";
export { samplesBytes } from "./runtime/sample-bytes.js";
export { type StageState, stageInWords } from "./runtime/stage-in-words.js";
export { scoreSection } from "./score-section.js";
export {
  mayBeStrong,
  memoryFacts,
  type PlaceFacts,
  surveyedShare,
  USUAL_TYPE_COUNT,
} from "./section-memory.js";
export { resolveSummaryOptions } from "./solve-summary.js";
export { isSignature, typeNamesOf } from "./stages/check-inputs.js";
export {
  type ExpressionInput,
  type ExpressionLayers,
  expressionLayers,
} from "./stages/expression/expression-layers.js";
export { geneShares } from "./stages/expression/gene-shares.js";
export { type SummedExpression, sumExpression } from "./stages/expression/sum-expression.js";
export { PRESENT } from "./stages/intervals/interval-bounds.js";
export { calibrationIn } from "./stages/keep/calibration-facts.js";
export type { StoredSummary, SummarySize } from "./stages/keep/read-summary.js";
export { mergesIn, mergesInOneStep } from "./stages/keep/recombine-types.js";
export { describeScore, isTold, scoreFacts, scoreIn } from "./stages/keep/score-facts.js";
export { readStoredSections, writeSectionSummary } from "./stages/keep/sections-store.js";
export { readSummaryParameters } from "./stages/keep/summary-facts.js";
export { wantsNeighbors } from "./stages/neighbors/wants-neighbors.js";
export { betterColumns, describeMatch, type NamedSide } from "./stages/reference/align-inputs.js";
export { isUninformativeLabel } from "./stages/reference/align-reference.js";
export { countsOfCells } from "./stages/reference/counts-of-cells.js";
export { judgeMatrices, type MatrixVerdict } from "./stages/reference/find-counts.js";
export { divideSection } from "./stages/sections/divide-section.js";
export { eachSection } from "./stages/sections/each-section.js";
export { isResultWhole } from "./stages/sections/kept-result.js";
export { spreadSections } from "./stages/sections/spread-sections.js";
export { tablesOf, tableWidth } from "./stages/solve/solver-tables.js";
export { alikeMeans } from "./stages/survey/alike-means.js";
export type { AlikeTypes } from "./stages/survey/alike-types.js";
export {
  judgeMeans,
  MEANS_VERDICTS,
  type MeansReport,
  type MeansVerdict,
  mayBeRoundedLogs,
  type TypeMeans,
} from "./stages/survey/judge-means.js";
export {
  INTERVAL_TABLES,
  LATER_COLUMNS,
  OBS_TABLES,
  SET_TABLES,
  SPOT_COLUMNS,
} from "./stages/table-names.js";
export {
  changeHierarchy,
  checkHierarchy,
  hierarchyOfMerged,
  requireHierarchyOf,
  solveAtLevel,
} from "./stages/types/hierarchy.js";
export { judgeTypes, type TypeVerdicts } from "./stages/types/judge-types.js";
export { bestMarkers, type Marker } from "./stages/types/markers.js";
export { type Merges, proposeMerges } from "./stages/types/propose-merges.js";
export {
  barcodeColumn,
  type NamesOfResult,
  namesInFile,
  requireOwnColumns,
} from "./stages/write/own-columns.js";
export { plannedTables } from "./stages/write/planned-tables.js";
export { resolveResultLayout } from "./stages/write/result-layout.js";
export { checkResultPlace, resultContents } from "./stages/write/write-deconvolution.js";
