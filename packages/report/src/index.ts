/**
 * A result as one page that needs nothing else: maps, amounts, how sure, how made.
 *
 * @example
 * ```ts
 * const { html, figures } = await buildReport({
 *   name: "section",
 *   typeNames: ["astrocyte", "neuron"],
 *   proportions, // ChunkSource<DenseChunk>, N x 2
 *   coordinates, // { dimension: 2, values }
 *   parameters: {},
 *   notices: [],
 * });
 * const png = await figures[0].png();
 * ```
 */
export { buildReport, type Report } from "./build-report.js";
export type { Figure } from "./figures.js";
export { GENERATOR } from "./page/page.js";
export type { ReferenceScore, ReportInput, SpotGroups, SpotMeasure } from "./report-input.js";
