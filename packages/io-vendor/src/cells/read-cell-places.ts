import { FormatError } from "@flashdeconv/core";
import type { MexFile } from "../ingest/ingest-mex.js";
import { eachLine, numberAt } from "../ingest/text-lines.js";
import type { CellTables, PositionPlaces } from "./cell-tables.js";
import { fieldEnd, fieldText, readHeader } from "./csv-fields.js";

/** Where cells lie, by their names. */
export type CellPlaces = ReadonlyMap<string, readonly [x: number, y: number]>;

/**
 * Reads the table that says where cells lie, line by line.
 *
 * @throws FormatError for another kind of table, a cell listed twice, and a position that is no number
 */
export async function readCellPlaces(
  { path, read }: MexFile,
  tables: CellTables,
  signal?: AbortSignal,
): Promise<CellPlaces> {
  const places = new Map<string, readonly [number, number]>();
  let columns: PositionPlaces | undefined;
  let separator = 0;
  const onLine = (bytes: Uint8Array, from: number, to: number, number: number): void => {
    if (number === 1) {
      const { header, ...told } = readHeader({ bytes, from, to }, (names) => tables.positionColumns(names));
      ({ columns, separator } = told);
      if (!columns) throw broken(path, `the columns ${header.slice(0, 6).join(", ")}`);
      return;
    }
    if (from === to || columns === undefined) return;
    const line = { bytes, from, to };
    const { key, x, y } = columns;
    const last = Math.max(x, y, ...key);
    const ids = new Array<string>(key.length).fill("");
    const place: [number, number] = [Number.NaN, Number.NaN];
    let at = from;
    for (let column = 0; column <= last && at <= to; column++) {
      const end = fieldEnd(line, at, separator);
      const part = key.indexOf(column);
      if (part >= 0) ids[part] = fieldText(bytes, at, end);
      if (column === x) place[0] = numberAt(bytes, at, end);
      if (column === y) place[1] = numberAt(bytes, at, end);
      at = end + 1;
    }
    if (!Number.isFinite(place[0] + place[1]) || ids.includes(""))
      throw broken(path, `no name or no position in line ${number}`);
    const name = tables.nameOf(ids);
    if (places.has(name))
      throw broken(path, `the cell ${JSON.stringify(name)} twice, again in line ${number}`);
    places.set(name, place);
  };
  for await (const _ of eachLine(read(), path, onLine)) signal?.throwIfAborted();
  if (columns === undefined) throw broken(path, "no line");
  return places;
}

function broken(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "a table with the name and the centre of each cell, once",
    remedy: "Give the file as the instrument's software wrote it, of the same section as the counts.",
  });
}
