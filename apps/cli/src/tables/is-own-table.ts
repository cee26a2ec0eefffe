import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { readHeader } from "./csv/read-header.js";
import type { TableFormat } from "./table-formats.js";
import { typesAmong } from "./table-shape.js";

/** Names of thousands of types. */
const MOST_HEADER_BYTES = 2 ** 20;

/** Whether a file is a table that flashdeconv wrote; false for what cannot be read. */
export async function isOwnTable(path: string, format: TableFormat): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const bytes = file.createReadStream({ end: MOST_HEADER_BYTES, autoClose: false });
      const names = await readHeader(
        format === "csv.gz" ? bytes.pipe(createGunzip()) : bytes,
        MOST_HEADER_BYTES,
      );
      return names !== undefined && typesAmong(names) !== undefined;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
