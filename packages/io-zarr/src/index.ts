/**
 * Opens AnnData Zarr stores as chunk sources and writes AnnData Zarr stores.
 *
 * @example
 * import { readColumn, writeAnnData } from "@flashdeconv/io-zarr";
 * import { memoryStore } from "@flashdeconv/stores";
 *
 * const store = memoryStore(); // in Node: await createStore("result.zarr"), from "@flashdeconv/io-zarr/node"
 * await writeAnnData(store, {
 *   spotCount: 2,
 *   spotNames: ["spot-1", "spot-2"],
 *   geneNames: [],
 *   obs: [{ kind: "number", name: "depth", values: Float64Array.of(1200, 950) }],
 *   uns: { made_by: "an example" },
 * });
 * console.log(await readColumn(store, "obs/depth")); // { kind: "number", values: 1200, 950 }
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
