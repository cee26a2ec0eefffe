/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export {
  escapedForShell,
  isPrintable,
  LONGEST_NAME,
  printableJson,
  printableLine,
  printableMessage,
  printableName,
} from "@flashdeconv/core/internal";
export { type CheckedPlaces, checkFindings, checkJson, mergesOf } from "./inspect/check-findings.js";
export type { ReferenceReport } from "./inspect/compare-reference.js";
export { describePlan } from "./inspect/describe-plan.js";
export { type Finding, type FindingLine, type FindingTable, isTable } from "./inspect/finding.js";
export {
  type InspectedSection,
  type InspectOptions,
  inspectOpened,
  inspectReference,
  inspectSection,
  type WhyUnchecked,
} from "./inspect/inspect-inputs.js";
export type { Inspection } from "./inspect/inspection.js";
export {
  inspectionFindings,
  placesOf,
  referenceFindings,
  sectionFindings,
} from "./inspect/inspection-findings.js";
export { type LayerReport, reportLayers } from "./inspect/layer-report.js";
export { readStoredResult, type StoredResult } from "./read-stored-result.js";
export { readRegions } from "./report/read-regions.js";
export { type ReportSubject, reportInput } from "./report/report-input.js";
export { type ScoredSection, scoredSections } from "./report/scored-sections.js";
export { ABOUT, isAboutResult, parametersIn } from "./tables/about.js";
export { type FileColumn, fileColumns, numbersOf, ROWS_PER_GROUP } from "./tables/block-columns.js";
export { csvCell, textOfCell } from "./tables/csv/csv-cells.js";
export { csvFormatter, csvHeader } from "./tables/csv/csv-rows.js";
export { NUMBER_BYTES, putNumber } from "./tables/csv/put-number.js";
export { DELIMITER, type Pack, writeCsv } from "./tables/csv/write-csv.js";
export { h5adSink, writeH5adFile } from "./tables/h5ad/h5ad-sink.js";
export { type RowBlock, rowBlocks } from "./tables/row-blocks.js";
export {
  LAST_COLUMNS,
  placesOfTypes,
  refuseClash,
  type TypeColumns,
  tableShape,
  typesAmong,
} from "./tables/table-shape.js";
export { type TableContent, type TableTarget, type TableWriter, tableSink } from "./tables/table-sink.js";
export { commandLineOf, shellWord } from "./words/command-line.js";
export {
  countOf,
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatScore,
} from "./words/format.js";
export { OPTION_FLAGS } from "./words/option-flags.js";
export { PLAIN_WORDING, type Wording } from "./words/wording.js";
