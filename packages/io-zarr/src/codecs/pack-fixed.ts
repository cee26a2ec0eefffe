import { textAt } from "@flashdeconv/core/internal";
import type { ByteStringArray, UnicodeStringArray } from "zarrita";
import { type PackedStrings, packStrings } from "./vlen-utf8.js";

/** Stands for what is not a character: a lone half of a pair, or a number beyond Unicode. */
const REPLACEMENT = 0xfffd;

/**
 * Packs items `from .. to` of fixed-length strings without making strings of them; the zeros that fill them up are left out.
 *
 * @param path of the array, for errors
 * @throws FormatError for bytes that are not UTF-8
 */
export function packFixed(
  items: UnicodeStringArray | ByteStringArray,
  from: number,
  to: number,
  path: string,
): PackedStrings {
  const { chars } = items;
  if (items.BYTES_PER_ELEMENT !== chars) {
    const points = new Int32Array(items.buffer, items.byteOffset, items.byteLength / 4);
    return packCodePoints(points.subarray(from * chars, to * chars), chars);
  }
  const bytes = new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
  const ascii = bytes.subarray(from * chars, to * chars);
  if (ascii.every((byte) => byte < 0x80)) return packCodePoints(ascii, chars);
  // Other bytes may be UTF-8 or anything: decoding settles it.
  const texts = Array.from({ length: to - from }, (_, i) => {
    const own = ascii.subarray(i * chars, (i + 1) * chars).filter((byte) => byte !== 0);
    return textAt(own, path, `item ${from + i + 1}`);
  });
  return packStrings(texts);
}

function packCodePoints(points: Int32Array | Uint8Array, chars: number): PackedStrings {
  const length = points.length / chars;
  const offsets = new Int32Array(length + 1);
  const bytes = new Uint8Array(4 * points.length);
  let at = 0;
  for (let item = 0; item < length; item++) {
    for (let i = item * chars; i < (item + 1) * chars; i++) {
      if (points[i] !== 0) at = putCodePoint(points[i], bytes, at);
    }
    offsets[item + 1] = at;
  }
  return { length, offsets, bytes: bytes.slice(0, at) };
}

/** Writes a code point as UTF-8 and returns where it ends. */
function putCodePoint(point: number, bytes: Uint8Array, at: number): number {
  if (point > 0 && point < 0x80) {
    bytes[at] = point;
    return at + 1;
  }
  if (point < 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
    return putCodePoint(REPLACEMENT, bytes, at);
  }
  const tailBytes = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  bytes[at] = LEADS[tailBytes] | (point >> (6 * tailBytes));
  for (let i = 1; i <= tailBytes; i++) bytes[at + i] = 0x80 | ((point >> (6 * (tailBytes - i))) & 0x3f);
  return at + 1 + tailBytes;
}

/** The first byte of a character, by the number of bytes after it. */
const LEADS = [0, 0xc0, 0xe0, 0xf0];
