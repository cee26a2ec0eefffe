import type { Values } from "@flashdeconv/core";
import { freeChunk } from "@flashdeconv/core/internal";
import { settleAll } from "../settle-all.js";
import { dataTypeOf } from "./array-description.js";
import { NumericArrayWriter } from "./array-writers.js";
import type { DenseTable } from "./contents.js";
import { storedNames } from "./name-columns.js";
import { ARRAY_ATTRIBUTES, dataframeAttributes, labelOf } from "./write-columns.js";
import type { ZarrWriter } from "./zarr-writer.js";

/**
 * Streams a table to `path`: a dataframe with one column per name, or a dense array. The dataframe's index is written
 * apart, by `writeNames`. Memory: one chunk of the source and one of each column.
 */
export async function writeDenseTable(
  zarr: ZarrWriter,
  path: string,
  table: DenseTable,
  onSpots: (count: number) => void,
): Promise<void> {
  const { signal } = zarr.options;
  const start = table.columnNames ? startDataframe : startArray;
  let writer: TableWriter | undefined;
  for await (const chunk of table.values.chunks({ signal })) {
    writer ??= start(zarr, path, table, dataTypeOf(chunk.values) as "float32" | "float64");
    await writer.append(chunk.values, chunk.spotCount);
    onSpots(chunk.spotCount);
    freeChunk(chunk);
  }
  writer ??= start(zarr, path, table, "float64");
  await writer.close();
}

interface TableWriter {
  append(values: Values, rowCount: number): Promise<void>;
  close(): Promise<void>;
}

function startArray(
  zarr: ZarrWriter,
  path: string,
  table: DenseTable,
  dataType: "float32" | "float64",
): TableWriter {
  const { spotCount, width } = table.values;
  const { spotsPerChunk, valuesPerChunk } = zarr.options;
  const rows = Math.min(spotCount, spotsPerChunk, Math.ceil(valuesPerChunk / Math.max(1, width)));
  const options = { dataType, chunkLength: Math.max(1, rows), width, attributes: ARRAY_ATTRIBUTES };
  const array = new NumericArrayWriter(zarr, path, options);
  return {
    append: (values, rowCount) => array.append(values, 0, rowCount),
    close: () => array.close(),
  };
}

function startDataframe(
  zarr: ZarrWriter,
  path: string,
  table: DenseTable,
  dataType: "float32" | "float64",
): TableWriter {
  const labels = table.columnNames ?? [];
  const names = storedNames(table) ?? [];
  const chunkLength = Math.max(1, Math.min(table.values.spotCount, zarr.options.spotsPerChunk));
  const content = "fractions" as const;
  const columns = names.map((name, k) => {
    const attributes = { ...ARRAY_ATTRIBUTES, ...labelOf(name, labels[k]) };
    return new NumericArrayWriter(zarr, `${path}/${name}`, { dataType, chunkLength, content, attributes });
  });
  return {
    async append(values, rowCount) {
      // Columns fill up together, so their chunks are compressed side by side.
      await settleAll(columns.map((column, k) => column.appendColumn(values, k, names.length, rowCount)));
    },
    async close() {
      await zarr.group(path, dataframeAttributes(names));
      await settleAll(columns.map((column) => column.close()));
    },
  };
}
