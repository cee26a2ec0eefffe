/**
 * A result as one page that needs nothing else: maps, amounts, how sure, how made.
 *
 * @example
 * import { type DenseChunk, memorySource } from "@flashdeconv/core";
 * import { buildReport } from "@flashdeconv/report";
 *
 * // Two spots, two types.
 * const values = Float32Array.of(0.9, 0.1, 0.2, 0.8);
 * const { html, figures } = await buildReport({
 *   name: "section",
 *   typeNames: ["astrocyte", "neuron"],
 *   proportions: memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount: 2, width: 2, values }),
 *   coordinates: { dimension: 2, values: Float64Array.of(0, 0, 1, 0) },
 *   parameters: {},
 *   notices: [],
 * });
 * const png = await figures[0].png();
 * console.log(html.startsWith("<!doctype html>"), png.length > 0); // true true
 */
export { buildIndex, type IndexedSection } from "./build-index.js";
export { buildReport, type Report } from "./build-report.js";
export type { Figure } from "./figures.js";
export { GENERATOR } from "./page/page.js";
export type { ReferenceScore, ReportInput, SpotGroups, SpotMeasure } from "./report-input.js";
