import { dataTypeOf, type JsonObject, type NumericArray } from "./array-description.js";
import { NumericArrayWriter, StringArrayWriter } from "./array-writers.js";
import type { Column } from "./contents.js";
import type { ZarrWriter } from "./zarr-writer.js";

export const ARRAY_ATTRIBUTES = { "encoding-type": "array", "encoding-version": "0.2.0" };
export const LABEL = "label";
/** Name of the index array of every dataframe written here, as pandas has it for an index without a name. */
export const INDEX_NAME = "_index";

export function dataframeAttributes(columnNames: readonly string[]): JsonObject {
  return {
    _index: INDEX_NAME,
    "column-order": columnNames,
    "encoding-type": "dataframe",
    "encoding-version": "0.2.0",
  };
}

/** The attribute that keeps what a column is about, where its name does not say it to the letter. */
export function labelOf(name: string, label: string | undefined): JsonObject {
  return label === undefined || label === name ? {} : { [LABEL]: label };
}

/** Writes one column of the dataframe at `path`. */
export async function writeColumn(zarr: ZarrWriter, path: string, column: Column): Promise<void> {
  const columnPath = `${path}/${column.name}`;
  const label = labelOf(column.name, column.label);
  switch (column.kind) {
    case "number":
    case "boolean":
      return writeNumbers(zarr, columnPath, column.values, label);
    case "string":
      return writeStrings(zarr, columnPath, column.values, label);
    case "categorical": {
      const { categories, ordered = false } = column;
      await zarr.group(columnPath, {
        "encoding-type": "categorical",
        "encoding-version": "0.2.0",
        ordered,
        ...label,
      });
      await writeStrings(zarr, `${columnPath}/categories`, categories);
      return writeNumbers(zarr, `${columnPath}/codes`, narrowCodes(column.codes, categories.length));
    }
  }
}

/** Writes a one-dimensional array that is in memory. */
export async function writeNumbers(
  zarr: ZarrWriter,
  path: string,
  values: NumericArray,
  more: JsonObject = {},
): Promise<void> {
  const chunkLength = Math.max(1, Math.min(values.length, zarr.options.spotsPerChunk));
  const attributes = { ...ARRAY_ATTRIBUTES, ...more };
  const writer = new NumericArrayWriter(zarr, path, {
    dataType: dataTypeOf(values),
    chunkLength,
    attributes,
  });
  await writer.append(values, 0, values.length);
  await writer.close();
}

export async function writeStrings(
  zarr: ZarrWriter,
  path: string,
  values: readonly string[],
  more: JsonObject = {},
): Promise<void> {
  const writer = new StringArrayWriter(zarr, [path], zarr.options.spotsPerChunk, more);
  await writer.appendStrings(values);
  await writer.close();
}

/** The codes in the smallest type that holds them, as pandas keeps them. */
function narrowCodes(codes: Int32Array | Int16Array | Int8Array, categoryCount: number): NumericArray {
  if (categoryCount < 2 ** 7) return new Int8Array(codes);
  return categoryCount < 2 ** 15 ? new Int16Array(codes) : new Int32Array(codes);
}
