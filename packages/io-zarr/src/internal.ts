/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { packStrings } from "./codecs/vlen-utf8.js";
export { encodeStrings } from "./codecs/vlen-utf8-encode.js";
export { describeCandidates } from "./read/coordinate-candidates.js";
export { inStore } from "./read/name-store.js";
export { type ArraysReader, openArrays } from "./read/open-arrays.js";
export { OPEN_DEFAULTS } from "./read/open-options.js";
export { layerOf, openMatrices } from "./read/other-matrices.js";
export { streamRowNames } from "./read/read-dataframe.js";
export { type NumberRows, readMatrix } from "./read/read-matrix.js";
export {
  type ResultReading,
  readResultContents,
  readResultParameters,
  tableStore,
} from "./read/read-result.js";
export { CELLS_COLUMN, SIGNATURE_STAMP } from "./read/read-signature-csv.js";
export { readSignatureStore, SIGNATURE } from "./read/read-signature-store.js";
export { openResultPart, type ResultPart, resultKeys } from "./read/result-part.js";
export { CentroidSum } from "./read/spatialdata/centroid.js";
export { openParquet, type ParquetFile } from "./read/spatialdata/parquet-file.js";
export {
  isNameColumn,
  readTextCells,
  SEPARATORS,
  type Separator,
  type TextTable,
} from "./read/text-cells.js";
export { storeBelow } from "./store-below.js";
export { checkPlace } from "./write/add-to-anndata.js";
export type { ByteGrid, ByteStrip } from "./write/contents.js";
export { type Conversion, conversionAttributes, readConversion } from "./write/conversion.js";
export { foreignPart, LAYERS_RECORD } from "./write/foreign-part.js";
export { ELEMENTS_RECORD } from "./write/former-elements.js";
export { nameColumns, storedNames } from "./write/name-columns.js";
export { safeNames } from "./write/safe-names.js";
export { stagedBelow } from "./write/staged-below.js";
export { type NumberStream, writeArrays } from "./write/write-arrays.js";
export { isByteGrid } from "./write/write-byte-grid.js";
export { WRITE_DEFAULTS } from "./write/write-options.js";
export { WRITTEN_AS } from "./write/written-as.js";
