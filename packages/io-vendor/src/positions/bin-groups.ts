import { FormatError } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import { columnOf, openPositions } from "./parquet-columns.js";

/** Bins of a row group of Space Ranger's positions. */
export interface BinGroup {
  readonly count: number;
  row(i: number): number;
  column(i: number): number;
  /** Pixels of the full image; NaN where Space Ranger knows none. */
  x(i: number): number;
  y(i: number): number;
  inTissue(i: number): number;
}

const COLUMNS = ["array_row", "array_col", "pxl_col_in_fullres", "pxl_row_in_fullres", "in_tissue"];

/**
 * All bins that a file of positions lists, a row group at a time.
 *
 * @throws FormatError where there is no such file, columns are missing, it is damaged, or a row or column is not a whole number
 */
export async function* binGroups(
  folder: ReadableStore,
  path: string,
  signal?: AbortSignal,
): AsyncIterable<BinGroup> {
  const file = await openPositions(folder, path, signal);
  for await (const group of file.rowGroups(COLUMNS)) {
    signal?.throwIfAborted();
    const [rows, columns, x, y, inTissue] = COLUMNS.map((name) => columnOf(group, name, path));
    yield {
      count: rows.length,
      row: (i) => placeOf(rows[i], "array_row", path),
      column: (i) => placeOf(columns[i], "array_col", path),
      x: (i) => pixelOf(x[i]),
      y: (i) => pixelOf(y[i]),
      inTissue: (i) => (Number(inTissue[i]) === 1 ? 1 : 0),
    };
  }
}

function pixelOf(value: unknown): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function placeOf(value: unknown, name: string, path: string): number {
  const place = Number(value ?? Number.NaN);
  if (Number.isInteger(place) && place >= 0) return place;
  throw new FormatError({
    path,
    found: `${String(value)} as ${name}`,
    expected: "a whole number from 0",
    remedy: "Give the file as Space Ranger wrote it.",
  });
}
