import { FormatError } from "@flashdeconv/core";
import { openParquet, type ParquetFile } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import type { HdBins } from "./hd-barcodes.js";
import type { PositionColumns } from "./positions-csv.js";
import type { NamedPositions, SpotPositions } from "./spot-positions.js";

/**
 * Positions of cells or spots from a Parquet file of a folder, a row group at a time.
 *
 * @throws FormatError where there is no such file, columns are missing or it is damaged
 */
export async function readPositionsParquet(
  folder: ReadableStore,
  path: string,
  wanted: PositionColumns,
  { signal }: ReadOptions = {},
): Promise<NamedPositions> {
  const file = await open(folder, path, signal);
  const count = rowCount(file);
  const names: string[] = [];
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const columns = Object.fromEntries(wanted.kept.map((name) => [name, new Int32Array(count)]));
  const decoder = new TextDecoder();
  let at = 0;
  for await (const group of file.rowGroups([wanted.name, wanted.x, wanted.y, ...wanted.kept])) {
    signal?.throwIfAborted();
    const ids = columnOf(group, wanted.name, path);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i];
      names.push(id instanceof Uint8Array ? decoder.decode(id) : String(id));
    }
    copy(group, wanted.x, path, x.subarray(at));
    copy(group, wanted.y, path, y.subarray(at));
    for (const name of wanted.kept) copy(group, name, path, columns[name].subarray(at));
    at += ids.length;
  }
  return { names, x, y, columns };
}

/** Bins of the file that no spot is. */
const NO_SPOT = -1;

/**
 * Positions of bins of Visium HD: their pixels are looked up by row and column, so that no name has to be read.
 *
 * @throws FormatError as `readPositionsParquet`, and where bins are missing there
 */
export async function readBinPositions(
  folder: ReadableStore,
  path: string,
  bins: HdBins,
  { signal }: ReadOptions = {},
): Promise<SpotPositions> {
  const file = await open(folder, path, signal);
  const spotCount = bins.row.length;
  const width = greatest(bins.column) + 1;
  const spotOf = new Int32Array(width * (greatest(bins.row) + 1)).fill(NO_SPOT);
  for (let i = 0; i < spotCount; i++) spotOf[bins.row[i] * width + bins.column[i]] = i;
  const x = new Float64Array(spotCount).fill(Number.NaN);
  const y = new Float64Array(spotCount).fill(Number.NaN);
  const wanted = ["array_row", "array_col", "pxl_row_in_fullres", "pxl_col_in_fullres"];
  for await (const group of file.rowGroups(wanted)) {
    signal?.throwIfAborted();
    const [rows, columns, pixelRows, pixelColumns] = wanted.map((name) => columnOf(group, name, path));
    for (let i = 0; i < rows.length; i++) {
      const column = Number(columns[i]);
      const spot = column < width ? spotOf[Number(rows[i]) * width + column] : NO_SPOT;
      if (spot === undefined || spot === NO_SPOT) continue;
      x[spot] = Number(pixelColumns[i]);
      y[spot] = Number(pixelRows[i]);
    }
  }
  const missing = x.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0);
  if (missing > 0) {
    throw broken(
      path,
      `no position for ${missing} of ${spotCount} bins`,
      "a position for each bin of the matrix",
    );
  }
  return { x, y, columns: { array_row: bins.row, array_col: bins.column } };
}

async function open(folder: ReadableStore, path: string, signal?: AbortSignal): Promise<ParquetFile> {
  const file = await openParquet(folder, path, signal);
  if (!file) throw broken(path, "no such file", "a Parquet file with positions");
  return file;
}

function rowCount({ metadata }: ParquetFile): number {
  return metadata.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
}

type Group = ReadonlyMap<string, ArrayLike<unknown>>;

function columnOf(group: Group, name: string, path: string): ArrayLike<unknown> {
  const values = group.get(name);
  if (!values || values.length === 0)
    throw broken(path, `no column ${name}`, "Space Ranger's or Xenium's columns");
  return values;
}

function copy(group: Group, name: string, path: string, out: Float64Array | Int32Array): void {
  const values = columnOf(group, name, path);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!Number.isFinite(value)) throw broken(path, `${String(values[i])} as ${name}`, "a finite number");
    out[i] = value;
  }
}

function greatest(values: Int32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function broken(path: string, found: string, expected: string): FormatError {
  const remedy = "Give the file as the instrument's software wrote it, of the same run as the matrix.";
  return new FormatError({ path, found, expected, remedy });
}
