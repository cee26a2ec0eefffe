import type { RangeReader } from "../range-reader.js";

/** Reads a zip file wherever it lies. */
export interface ZipReader extends RangeReader {
  /** Told where members lie once that is known: their first bytes, ascending, and then where the last one ends. */
  onMembers?(bounds: Float64Array): void;
}

/** Throws an Error for a range that does not lie in a file of `size` bytes. */
export function requireWithin(size: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new Error(`bytes ${offset} to ${offset + length} of ${size} asked for: the file is damaged`);
}
