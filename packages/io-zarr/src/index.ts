/**
 * Opens AnnData Zarr stores as chunk sources and writes AnnData Zarr stores.
 *
 * @example
 * import { collect, memorySource } from "@flashdeconv/core";
 * import { addToAnnData, openSpatial, readColumn, writeAnnData } from "@flashdeconv/io-zarr";
 * import { memoryStore } from "@flashdeconv/stores";
 *
 * // In Node: `await createStore("section.zarr")` from "@flashdeconv/io-zarr/node".
 * const store = memoryStore();
 * const counts = memorySource({
 *   kind: "csr", spotStart: 0, spotCount: 2, width: 3,
 *   indptr: Int32Array.of(0, 1, 3), indices: Int32Array.of(1, 0, 2), values: Float32Array.of(5, 1, 2),
 * });
 * const positions = memorySource({
 *   kind: "dense", spotStart: 0, spotCount: 2, width: 2, values: Float64Array.of(0, 0, 100, 0),
 * });
 * await writeAnnData(store, {
 *   spotCount: 2,
 *   spotNames: ["spot-1", "spot-2"],
 *   geneNames: ["Actb", "Gapdh", "Malat1"],
 *   X: counts,
 *   obsm: { spatial: { values: positions } },
 * });
 *
 * // In Node: `await openStore("section.zarr")`.
 * const section = await openSpatial(store);
 * console.log(section.geneNames.length); // 3
 * console.log((await collect(section.counts)).values); // Float32Array(3) [ 5, 1, 2 ]
 * console.log((await section.readCoordinates()).values); // Float64Array(4) [ 0, 0, 100, 0 ]
 *
 * // In Node: `await editStore("section.zarr")`.
 * await addToAnnData(store, {
 *   obs: [{ kind: "categorical", name: "domain", codes: Int8Array.of(1, -1), categories: ["core", "rim"] }],
 * });
 * console.log((await readColumn(store, "obs/domain")).kind); // categorical
 */

export {
  type InspectOptions,
  inspectStore,
  type SectionSummary,
  type StoreSummary,
  type TableSummary,
} from "./read/inspect-store.js";
export type { OpenOptions, ReferenceOptions, SpatialOptions } from "./read/open-options.js";
export { openReference, type ReferenceDataset } from "./read/open-reference.js";
export { openSpatial, type SpatialDataset } from "./read/open-spatial.js";
export { type Dataframe, readColumn, readDataframe, readRowNames } from "./read/read-dataframe.js";
export { type ObsmTable, readObsm } from "./read/read-obsm.js";
export { readSignatureCsv } from "./read/read-signature-csv.js";
export { addTable, type NewTableOptions } from "./write/add-table.js";
export { addToAnnData, type EditOptions } from "./write/add-to-anndata.js";
export type {
  AnnDataAdditions,
  AnnDataContents,
  Column,
  DenseTable,
  Names,
  UnsObject,
  UnsValue,
} from "./write/contents.js";
export { writeAnnData } from "./write/write-anndata.js";
export type { OutputHint, WriteOptions } from "./write/write-options.js";
export { ZARR } from "./zarr-format.js";
