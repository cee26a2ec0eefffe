import { ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { VlenUtf8Encoder } from "../codecs/vlen-utf8-encode.js";
import { type DataType, dataTypeOf, type NumericArray } from "./array-description.js";
import { NumericArrayWriter } from "./array-writers.js";
import { checkKey } from "./check-names.js";
import type { UnsObject, UnsValue } from "./contents.js";
import { isByteGrid, writeByteGrid } from "./write-byte-grid.js";
import { ARRAY_ATTRIBUTES, writeNumbers, writeStrings } from "./write-columns.js";
import type { ZarrWriter } from "./zarr-writer.js";

export const DICT_ATTRIBUTES = { "encoding-type": "dict", "encoding-version": "0.1.0" };

/** Writes a value of `uns` and what it holds. Null is left out: anndata knows a null only from 0.12 on. */
export async function writeUns(zarr: ZarrWriter, path: string, value: UnsValue): Promise<void> {
  if (value === null || value === undefined) return;
  if (typeof value === "string") {
    const encoder = new VlenUtf8Encoder();
    encoder.addString(value);
    return writeScalar(zarr, path, "string", encoder.take(1));
  }
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    const item = numeric(value);
    return writeScalar(zarr, path, dataTypeOf(item), new Uint8Array(item.buffer as ArrayBuffer));
  }
  if (isRows(value)) return writeRows(zarr, path, value);
  if (isStrings(value)) return writeStrings(zarr, path, value);
  if (ArrayBuffer.isView(value)) return writeNumbers(zarr, path, value as NumericArray);
  if (isByteGrid(value)) return writeByteGrid(zarr, path, value);
  await zarr.group(path, DICT_ATTRIBUTES);
  for (const [name, item] of Object.entries(value as UnsObject))
    await writeUns(zarr, `${path}/${name}`, item);
}

/** Throws FormatError for a name that cannot be stored, at any depth, ShapeError for rows that are not a matrix. */
export function checkUns(path: string, object: UnsObject): void {
  for (const [name, item] of Object.entries(object)) {
    checkKey(path, name);
    if (isRows(item)) checkRows(`${path}/${name}`, item);
    const plain = typeof item === "object" && item !== null && !ArrayBuffer.isView(item) && !isStrings(item);
    if (plain && !isByteGrid(item)) checkUns(`${path}/${name}`, item as UnsObject);
  }
}

function isStrings(value: UnsValue): value is readonly string[] {
  return Array.isArray(value);
}

function isRows(value: UnsValue): value is readonly Float64Array[] {
  return Array.isArray(value) && value[0] instanceof Float64Array;
}

function checkRows(path: string, rows: readonly Float64Array[]): void {
  const wrong = rows.findIndex((row) => row.length !== rows[0].length);
  if (wrong < 0) return;
  throw new ShapeError({
    subject: path,
    found: `${numbered(rows[wrong].length, "number")} in row ${wrong}`,
    expected: `${rows[0].length}, as in row 0`,
    remedy: "Give rows of one length, or arrays under names of their own.",
  });
}

/** Writes a matrix that is in memory. */
async function writeRows(zarr: ZarrWriter, path: string, rows: readonly Float64Array[]): Promise<void> {
  const [{ length: width }] = rows;
  const options = {
    dataType: "float64",
    chunkLength: rows.length,
    width,
    attributes: ARRAY_ATTRIBUTES,
  } as const;
  const writer = new NumericArrayWriter(zarr, path, options);
  for (const row of rows) await writer.append(row, 0, 1);
  await writer.close();
}

/** A scalar is an array of no dimension with one chunk. */
async function writeScalar(
  zarr: ZarrWriter,
  path: string,
  dataType: DataType,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await zarr.chunks([path], [], bytes);
  await zarr.array(
    path,
    { dataType, shape: [], chunkShape: [] },
    { "encoding-type": dataType === "string" ? "string" : "numeric-scalar", "encoding-version": "0.2.0" },
  );
}

/** By the type that it has here, never by its value: the type in the store is then the same for every run. */
function numeric(value: number | bigint | boolean): NumericArray {
  if (typeof value === "boolean") return Uint8Array.of(value ? 1 : 0);
  return typeof value === "bigint" ? BigInt64Array.of(value) : Float64Array.of(value);
}
