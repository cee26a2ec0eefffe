import { numbered } from "@flashdeconv/core/internal";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";

/** A position in bytes, as hyparquet keeps it. */
export interface Reader {
  readonly view: DataView;
  offset: number;
}

/** A bit-packed run may be padded by so many values. */
const PADDING = 512;

/**
 * Walks over numbers in runs, repeated or bit-packed, and leaves the reader where they end: hyparquet repeats a number as often as
 * a run says.
 *
 * @throws Error, or RangeError where the bytes end early
 */
export function checkRuns(reader: Reader, width: number, count: number): void {
  if (width > 32) throw new Error(`numbers of ${numbered(width, "bit")}`);
  let left = count;
  while (left > 0) {
    const head = varint(reader);
    const isPacked = head % 2 === 1;
    const length = isPacked ? 8 * Math.floor(head / 2) : head / 2;
    if (length > left + (isPacked ? PADDING : 0)) {
      throw new Error(`a run of ${numbered(length, "number")} where ${left} are left`);
    }
    reader.offset += isPacked ? (length / 8) * width : Math.ceil(width / 8);
    left -= length;
  }
}

/**
 * Walks over numbers kept as differences, and leaves the reader where they end: hyparquet would step back for ever on sizes below 0.
 *
 * @throws Error, or RangeError where the bytes end early
 */
export function checkDeltas(reader: Reader, count: number): void {
  const blockSize = varint(reader);
  const partCount = varint(reader);
  const total = varint(reader);
  const partSize = blockSize / partCount;
  if (!(Number.isInteger(partSize) && partSize > 0 && partSize % 8 === 0 && blockSize <= 2 ** 20)) {
    throw new Error(`blocks of ${numbered(blockSize, "difference")} in ${numbered(partCount, "part")}`);
  }
  if (total !== count) throw new Error(`${numbered(total, "difference")} where ${count} are expected`);
  varint(reader);
  for (let left = count - 1; left > 0; ) {
    varint(reader);
    const widths = reader.offset;
    reader.offset += partCount;
    for (let part = 0; part < partCount && left > 0; part++, left -= partSize) {
      const width = reader.view.getUint8(widths + part);
      if (width > 64) throw new Error(`differences of ${numbered(width, "bit")}`);
      reader.offset += (partSize / 8) * width;
    }
  }
}

/** Lengths kept as differences: walks over them, and adds them up. */
export function sumLengths(reader: Reader, count: number): number {
  const start = reader.offset;
  checkDeltas(reader, count);
  const lengths = new Int32Array(count);
  if (count > 0) deltaBinaryUnpack({ view: reader.view, offset: start }, count, lengths);
  let sum = 0;
  for (const length of lengths) {
    if (length < 0) throw new Error(`a length of ${numbered(length, "byte")}`);
    sum += length;
  }
  return sum;
}

/** At most 10 bytes, which is 64 bits. */
function varint(reader: Reader): number {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = reader.view.getUint8(reader.offset++);
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return value;
  }
  throw new Error("a number of more than 64 bits");
}
