import { textAt } from "@flashdeconv/core/internal";
import type { ParquetFile } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { binGroups } from "./bin-groups.js";
import type { HdBins } from "./hd-barcodes.js";
import { brokenPositions, columnOf, type Group, openPositions } from "./parquet-columns.js";
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
  const file = await openPositions(folder, path, signal);
  const count = rowCount(file);
  const names: string[] = [];
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const columns = Object.fromEntries(wanted.kept.map((name) => [name, new Int32Array(count)]));
  let at = 0;
  for await (const group of file.rowGroups([wanted.name, wanted.x, wanted.y, ...wanted.kept])) {
    signal?.throwIfAborted();
    const ids = columnOf(group, wanted.name, path);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i];
      names.push(id instanceof Uint8Array ? textAt(id, path, `row ${at + i + 1}`) : String(id));
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
/** Places of the grid that are held: a chip has thirty million of 2 um. */
const MOST_PLACES = 2 ** 26;

/**
 * Positions of bins of Visium HD: their pixels are looked up by row and column, so that no name has to be read.
 *
 * @throws FormatError as `readPositionsParquet`, where the matrix has a bin twice, and where bins are missing there or the grid is larger than any chip's
 */
export async function readBinPositions(
  folder: ReadableStore,
  path: string,
  bins: HdBins,
  { signal }: ReadOptions = {},
): Promise<SpotPositions> {
  const spotCount = bins.row.length;
  const width = greatest(bins.column) + 1;
  const placeCount = width * (greatest(bins.row) + 1);
  if (placeCount > MOST_PLACES) {
    throw brokenPositions(
      "barcodes",
      `rows up to ${greatest(bins.row)} and columns up to ${width - 1} in names of bins`,
      "a grid of a chip",
    );
  }
  const spotOf = new Int32Array(placeCount).fill(NO_SPOT);
  for (let i = 0; i < spotCount; i++) {
    const place = bins.row[i] * width + bins.column[i];
    if (spotOf[place] !== NO_SPOT) {
      const found = `the bin of row ${bins.row[i]} and column ${bins.column[i]} listed twice`;
      throw brokenPositions("barcodes", found, "each bin once");
    }
    spotOf[place] = i;
  }
  const x = new Float64Array(spotCount).fill(Number.NaN);
  const y = new Float64Array(spotCount).fill(Number.NaN);
  const inTissue = new Int32Array(spotCount);
  for await (const group of binGroups(folder, path, signal)) {
    for (let i = 0; i < group.count; i++) {
      const column = group.column(i);
      const spot = column < width ? spotOf[group.row(i) * width + column] : NO_SPOT;
      if (spot === undefined || spot === NO_SPOT) continue;
      x[spot] = group.x(i);
      y[spot] = group.y(i);
      inTissue[spot] = group.inTissue(i);
    }
  }
  const missing = x.reduce((sum, value, i) => sum + (Number.isFinite(value + y[i]) ? 0 : 1), 0);
  if (missing > 0) {
    throw brokenPositions(
      path,
      `no position for ${missing} of ${spotCount} bins`,
      "a position for each bin of the matrix",
    );
  }
  return { x, y, columns: { in_tissue: inTissue, array_row: bins.row, array_col: bins.column } };
}

function rowCount({ metadata }: ParquetFile): number {
  return metadata.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
}

function copy(group: Group, name: string, path: string, out: Float64Array | Int32Array): void {
  const values = columnOf(group, name, path);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!Number.isFinite(value))
      throw brokenPositions(path, `${String(values[i])} as ${name}`, "a finite number");
    out[i] = value;
  }
}

function greatest(values: Int32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
