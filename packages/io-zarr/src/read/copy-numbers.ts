import { FormatError } from "@flashdeconv/core";
import { BoolArray } from "zarrita";
import { copyWide } from "./copy-wide.js";
import type { ChunkPiece } from "./vector-cursor.js";
import type { DecodedChunk, ZarrArray } from "./zarr-array.js";

type Numbers = Float64Array | Float32Array | Int32Array;

/** Whole numbers up to this are exact in Float32. */
const FLOAT32_EXACT = 2 ** 24;

/**
 * Copies a piece of a chunk to its place in `out` as numbers; true and false become 1 and 0, int64 loses what a double cannot
 * hold.
 */
export function copyNumbers(array: ZarrArray, piece: ChunkPiece, out: Numbers): void {
  const { data, from, to, at } = piece;
  if (data === undefined) {
    out.fill(array.metadata.fillValue ?? 0, at, at + to - from);
  } else if (data instanceof BoolArray) {
    for (let i = from; i < to; i++) out[at + i - from] = data.get(i) ? 1 : 0;
  } else if (isWide(data)) {
    copyWide(data, piece, out);
  } else if (ArrayBuffer.isView(data)) {
    out.set((data as unknown as Float64Array).subarray(from, to), at);
  } else {
    throw notNumbers(array);
  }
}

/** The same for counts, which must be exact: integers beyond 2^24 are refused where `out` is Float32. */
export function copyCounts(array: ZarrArray, piece: ChunkPiece, out: Float32Array | Float64Array): void {
  const { data, from, to } = piece;
  if (out instanceof Float32Array && isWide(data)) {
    const beyond = copyWide(data, piece, out, FLOAT32_EXACT);
    if (beyond >= 0) throw inexact(array, String(data[beyond]));
    return;
  }
  copyNumbers(array, piece, out);
  const { kind, byteSize } = array.metadata.dataType;
  if (out instanceof Float64Array || kind !== "integer" || byteSize < 4 || data === undefined) return;
  // What was read is looked at, not what was written: that is rounded already.
  const items = data as ArrayLike<number>;
  for (let i = from; i < to; i++) {
    if (items[i] > FLOAT32_EXACT || items[i] < -FLOAT32_EXACT) throw inexact(array, String(items[i]));
  }
}

/** The same for column or row indices; each must lie in `0 .. width - 1`. */
export function copyIndices(array: ZarrArray, piece: ChunkPiece, out: Int32Array, width: number): void {
  const { data, from, to, at } = piece;
  if (isWide(data)) {
    // Checked before the number is cut to 32 bits; negative ones stay negative.
    const beyond = copyWide(data, piece, out, width);
    if (beyond >= 0) throw outOfRange(array, String(data[beyond]), width);
  } else {
    copyNumbers(array, piece, out);
  }
  checkIndices(array, out.subarray(at, at + to - from), width);
}

/** Throws FormatError unless all indices lie in `0 .. width - 1`. */
export function checkIndices(array: ZarrArray, indices: Int32Array, width: number): void {
  // The sign bit of any of these tells of an index outside; looked for only then.
  let outside = 0;
  for (let i = 0; i < indices.length; i++) outside |= indices[i] | (width - 1 - indices[i]);
  if (outside >= 0) return;
  const index = indices.find((item) => item < 0 || item >= width) ?? 0;
  // uint32 beyond 2^31 shows as negative.
  throw outOfRange(array, String(array.metadata.dataType.name === "uint32" ? index >>> 0 : index), width);
}

function isWide(data: DecodedChunk["data"] | undefined): data is BigInt64Array | BigUint64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

function inexact(array: ZarrArray, value: string): FormatError {
  return new FormatError({
    path: array.path,
    found: `the value ${value}`,
    expected: `counts of at most ${FLOAT32_EXACT}, which 32-bit floats hold exactly`,
    remedy: "If it is right, store the matrix as float64; most likely the matrix does not hold counts.",
  });
}

function outOfRange(array: ZarrArray, index: string, width: number): FormatError {
  return new FormatError({
    path: array.path,
    found: `the index ${index}`,
    expected: `indices of 0 to ${width - 1}, as the matrix's shape says`,
    remedy: "The matrix is damaged or its shape is wrong: write the store again.",
  });
}

export function notNumbers(array: ZarrArray): FormatError {
  return new FormatError({
    path: array.path,
    found: `items of ${array.metadata.dataType.name}`,
    expected: "numbers",
    remedy: "Name another array or column, or store numbers in this one.",
  });
}
