import { encodeStrings } from "@flashdeconv/io-zarr/internal";

/** Attributes of a group or array, as JSON. */
export type Attributes = Readonly<Record<string, unknown>>;

/** An array that no file holds: numbers row by row, or names. */
export type MadeArray =
  | { readonly shape: readonly number[]; readonly values: Float64Array | Int32Array }
  | { readonly shape: readonly number[]; readonly names: readonly string[] };

/** The metadata of Zarr v2: one chunk, not compressed. */
export function arrayDocument(array: MadeArray): Attributes {
  const isText = "names" in array;
  return {
    zarr_format: 2,
    shape: array.shape,
    // A chunk has at least one item, also where the array has none.
    chunks: array.shape.map((length) => Math.max(1, length)),
    dtype: isText ? "|O" : array.values instanceof Int32Array ? "<i4" : "<f8",
    compressor: null,
    filters: isText ? [{ id: "vlen-utf8" }] : null,
    fill_value: isText ? "" : 0,
    order: "C",
  };
}

/** The bytes of that chunk. */
export function arrayBytes(array: MadeArray): Uint8Array {
  if ("names" in array) return encodeStrings(array.names);
  // Not from a machine's own order: the document says little-endian.
  const { values } = array;
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  const isWhole = values instanceof Int32Array;
  for (let i = 0; i < values.length; i++) {
    if (isWhole) view.setInt32(4 * i, values[i], true);
    else view.setFloat64(8 * i, values[i], true);
  }
  return bytes;
}
