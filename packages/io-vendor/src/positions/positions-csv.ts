import { FormatError } from "@flashdeconv/core";
import { readTextCells } from "@flashdeconv/io-zarr/internal";
import type { NamedPositions } from "./spot-positions.js";

/** The columns of Space Ranger's positions; version 1 writes no header. */
export const VISIUM_COLUMNS = [
  "barcode",
  "in_tissue",
  "array_row",
  "array_col",
  "pxl_row_in_fullres",
  "pxl_col_in_fullres",
];

/** Which columns of a table tell what. */
export interface PositionColumns {
  readonly name: string;
  readonly x: string;
  readonly y: string;
  /** Whole numbers that are kept. */
  readonly kept: readonly string[];
}

export const VISIUM: PositionColumns = {
  name: "barcode",
  x: "pxl_col_in_fullres",
  y: "pxl_row_in_fullres",
  kept: ["in_tissue", "array_row", "array_col"],
};

export const XENIUM: PositionColumns = { name: "cell_id", x: "x_centroid", y: "y_centroid", kept: [] };

/**
 * Positions from a table of text. Its header says which column is which; without one the columns are Space Ranger's.
 *
 * @throws FormatError where columns are missing or a position is not a number
 */
export function readPositionsCsv(text: string, wanted: PositionColumns, path: string): NamedPositions {
  const rows = readTextCells(text, { path, remedy: REMEDY, mostRowCharacters: MOST_ROW_CHARACTERS });
  if (rows.length === 0) throw broken(path, "an empty file");
  const hasHeader = rows[0]?.includes(wanted.name) ?? false;
  const header = hasHeader ? rows[0] : VISIUM_COLUMNS;
  const body = hasHeader ? rows.slice(1) : rows;
  if (!hasHeader && (wanted !== VISIUM || (rows[0] && rows[0].length !== header.length))) {
    throw broken(path, `the columns ${(rows[0] ?? []).slice(0, 6).join(", ")}`);
  }
  const columnOf = (name: string): number => {
    const column = header.indexOf(name);
    if (column < 0) throw broken(path, `no column ${name}`);
    return column;
  };
  const numbers = <A extends Float64Array | Int32Array>(name: string, values: A): A => {
    const column = columnOf(name);
    body.forEach((row, i) => {
      const value = row[column] === "" ? Number.NaN : Number(row[column]);
      if (!Number.isFinite(value))
        throw broken(path, `${JSON.stringify(row[column])} as ${name} in row ${i + 1}`);
      values[i] = value;
    });
    return values;
  };
  const nameColumn = columnOf(wanted.name);
  return {
    names: body.map((row) => row[nameColumn]),
    x: numbers(wanted.x, new Float64Array(body.length)),
    y: numbers(wanted.y, new Float64Array(body.length)),
    columns: Object.fromEntries(
      wanted.kept.map((name) => [name, numbers(name, new Int32Array(body.length))]),
    ),
  };
}

/** A name, a position and what else an instrument tells of a cell. */
const MOST_ROW_CHARACTERS = 2 ** 20;
const REMEDY = "Give the file as the instrument's software wrote it.";

function broken(path: string, found: string): FormatError {
  const expected = "a table with a name and a position in each row";
  return new FormatError({ path, found, expected, remedy: REMEDY });
}
