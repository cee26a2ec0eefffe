/**
 * Results as files and reports, wherever they are made: in Node and in pages.
 *
 * @example
 * import { memorySource } from "@flashdeconv/core";
 * import { deconvolve } from "@flashdeconv/pipeline";
 * import { blobFile, reportOf, saveAs } from "@flashdeconv/results";
 *
 * // Two spots, three genes; two cell types known by their mean counts.
 * const coordinates = { dimension: 2 as const, values: Float64Array.of(0, 0, 1, 0) };
 * const spatial = {
 *   geneNames: ["Gad1", "Aqp4", "Cd3e"],
 *   counts: memorySource({
 *     kind: "csr", spotStart: 0, spotCount: 2, width: 3,
 *     indptr: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1), values: Float32Array.of(40, 2, 60),
 *   }),
 *   readCoordinates: async () => coordinates,
 * };
 * const reference = {
 *   typeNames: ["Astrocyte", "Neuron"], geneNames: ["Aqp4", "Cd3e", "Gad1"], values: Float64Array.of(9, 1, 0, 0, 1, 8),
 * };
 * const result = await deconvolve(spatial, reference);
 * // Or of a store that holds a result: `const source = { store };`
 * const source = { result, frame: { spotNames: ["spot-1", "spot-2"], coordinates } };
 *
 * // In a page: `writableFile(await handle.createWritable())` writes a file without holding it.
 * const file = blobFile();
 * await saveAs("csv", source, file);
 * const table = await file.blob()?.text();
 * console.log(table?.split("\n")[0].slice(0, 24)); // barcode,Astrocyte,Neuron
 *
 * const { html } = await reportOf(source, { name: "section" });
 * console.log(html.startsWith("<!doctype html>")); // true
 */

export { type BlobFile, blobFile } from "./files/blob-file.js";
export { type Writable, writableFile } from "./files/writable-file.js";
export { reportOf } from "./report/report-of.js";
export type { ResultSource } from "./result-source.js";
export { SAVE_FORMATS, type SaveFormat, type SaveOptions, saveAs } from "./save-as.js";
