import { FormatError } from "@flashdeconv/core";
import { BoolArray } from "zarrita";
import type { DecodedChunk, ZarrArray } from "./zarr-array.js";

type Numbers = Float64Array | Float32Array | Int32Array;

/** Whole numbers up to this are exact in Float32. */
const FLOAT32_EXACT = 2 ** 24;

/**
 * Copies items `from .. to` of a decoded chunk (step `stride`) to `out[at ..]` as numbers; true and false become 1
 * and 0, int64 loses what a double cannot hold. `data` undefined stands for the fill value.
 */
export function copyNumbers(
  array: ZarrArray,
  data: DecodedChunk["data"] | undefined,
  from: number,
  to: number,
  out: Numbers,
  at: number,
): void {
  if (data === undefined) {
    out.fill(array.metadata.fillValue ?? 0, at, at + to - from);
  } else if (data instanceof BoolArray) {
    for (let i = from; i < to; i++) out[at + i - from] = data.get(i) ? 1 : 0;
  } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = from; i < to; i++) out[at + i - from] = Number(data[i]);
  } else if (ArrayBuffer.isView(data)) {
    out.set((data as unknown as Float64Array).subarray(from, to), at);
  } else {
    throw notNumbers(array);
  }
}

/** The same for counts, which must be exact: integers beyond 2^24 are refused where `out` is Float32. */
export function copyCounts(
  array: ZarrArray,
  data: DecodedChunk["data"] | undefined,
  from: number,
  to: number,
  out: Float32Array | Float64Array,
  at: number,
): void {
  copyNumbers(array, data, from, to, out, at);
  const { kind, byteSize } = array.metadata.dataType;
  if (out instanceof Float64Array || kind !== "integer" || byteSize < 4 || data === undefined) return;
  // What was read is looked at, not what was written: that is rounded already.
  const items = data as ArrayLike<number | bigint>;
  for (let i = from; i < to; i++) {
    if (items[i] > FLOAT32_EXACT || items[i] < -FLOAT32_EXACT) throw inexact(array, String(items[i]));
  }
}

/** The same for column or row indices; each must lie in `0 .. width - 1`. */
export function copyIndices(
  array: ZarrArray,
  data: DecodedChunk["data"] | undefined,
  from: number,
  to: number,
  out: Int32Array,
  at: number,
  width: number,
): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    // Checked before the number is cut to 32 bits.
    const limit = BigInt(width);
    for (let i = from; i < to; i++) {
      if (data[i] < 0n || data[i] >= limit) throw outOfRange(array, String(data[i]), width);
      out[at + i - from] = Number(data[i]);
    }
    return;
  }
  copyNumbers(array, data, from, to, out, at);
  for (let i = at; i < at + to - from; i++) {
    if (out[i] < 0 || out[i] >= width) {
      // uint32 beyond 2^31 shows as negative.
      const index = array.metadata.dataType.name === "uint32" ? out[i] >>> 0 : out[i];
      throw outOfRange(array, String(index), width);
    }
  }
}

function inexact(array: ZarrArray, value: string): FormatError {
  return new FormatError({
    path: array.path,
    found: `the value ${value}`,
    expected: `counts of at most ${FLOAT32_EXACT}, which 32-bit floats hold exactly`,
    remedy: "If it is right, store the matrix as float64; most likely the matrix holds no counts.",
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
