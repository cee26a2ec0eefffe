import { open } from "node:fs/promises";
import { ABOUT } from "@flashdeconv/results/internal";
import type { ColumnFile } from "../column-file.js";
import { loadArrow } from "./load-arrow.js";

/** What an Arrow file says of itself, read from its end without its rows; undefined where it says nothing. Throws where it is none. */
export async function aboutArrow(path: string): Promise<string | undefined> {
  const { RecordBatchReader } = await loadArrow();
  const file = await open(path);
  try {
    const reader = await RecordBatchReader.from(file);
    await reader.open();
    return reader.schema.metadata.get(ABOUT);
  } finally {
    await file.close();
  }
}

/** The columns of an Arrow file. Throws what Apache Arrow throws where it is damaged. */
export async function arrowFile(bytes: Uint8Array): Promise<ColumnFile> {
  const { DataType, tableFromIPC } = await loadArrow();
  const table = tableFromIPC(bytes);
  const isText = (type: unknown): boolean =>
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    (DataType.isDictionary(type) && isText((type as { dictionary: unknown }).dictionary));
  return {
    columns: table.schema.fields.map(({ name, type }) => ({
      name,
      kind: isText(type) ? "text" : DataType.isFloat(type) || DataType.isInt(type) ? "number" : "other",
    })),
    read: async (places) => places.map((place) => Array.from(table.getChildAt(place) ?? [])),
  };
}
