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

export type { NameChunk } from "@flashdeconv/core";
export type { CompressorName } from "./codecs/compressors.js";
export type { ColumnValues } from "./read/column-values.js";
export { type CoordinateCandidate, describeCandidates } from "./read/coordinate-candidates.js";
export type { GeneColumn } from "./read/gene-names.js";
export {
  type ColumnSummary,
  type InspectOptions,
  inspectStore,
  type ObsmSummary,
  type SectionSummary,
  type StoreSummary,
  type TableSummary,
} from "./read/inspect-store.js";
export type { MatrixInfo } from "./read/matrix-info.js";
export { type ArraysReader, openArrays } from "./read/open-arrays.js";
export {
  OPEN_DEFAULTS,
  type OpenOptions,
  type ReferenceOptions,
  type SpatialOptions,
} from "./read/open-options.js";
export { type CellTypes, openReference, type ReferenceDataset } from "./read/open-reference.js";
export { type CoordinateOptions, openSpatial, type SpatialDataset } from "./read/open-spatial.js";
export { layerOf, type OtherMatrix, openMatrices } from "./read/other-matrices.js";
export { type Dataframe, readColumn, readDataframe, readRowNames } from "./read/read-dataframe.js";
export { type ObsmTable, readObsm } from "./read/read-obsm.js";
export { readSignatureCsv, type SignatureCsvOptions } from "./read/read-signature-csv.js";
export type { Annotation } from "./read/spatialdata/annotation.js";
export { addTable, type NewTableOptions } from "./write/add-table.js";
export { type AnnDataEdits, addToAnnData, checkPlace, type EditOptions } from "./write/add-to-anndata.js";
export type {
  AnnDataAdditions,
  AnnDataContents,
  Column,
  DenseTable,
  Names,
  UnsObject,
  UnsValue,
} from "./write/contents.js";
export { foreignPart, WRITTEN_AS } from "./write/foreign-part.js";
export { ELEMENTS_RECORD } from "./write/former-elements.js";
export { type SafeNameOptions, safeNames } from "./write/safe-names.js";
export { writeAnnData } from "./write/write-anndata.js";
export { type ArraysContents, type NumberStream, writeArrays } from "./write/write-arrays.js";
export {
  type EncodeOptions,
  type OutputHint,
  resolveWriteOptions,
  WRITE_DEFAULTS,
  type WriteOptions,
} from "./write/write-options.js";
export { ZARR } from "./zarr-format.js";
