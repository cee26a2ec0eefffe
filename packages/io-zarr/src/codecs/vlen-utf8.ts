import { numbered } from "@flashdeconv/core/internal";
/** Strings of one chunk, packed: string `i` is the UTF-8 text in `bytes[offsets[i]] .. bytes[offsets[i + 1]]`. */
export interface PackedStrings {
  readonly length: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/**
 * Unpacks a vlen-utf8 chunk: a little-endian uint32 count, then per string a uint32 byte length and its UTF-8 bytes.
 * Throws a plain Error that says how the bytes break that layout; the caller knows the array and chunk.
 */
export function decodeVlenUtf8(encoded: Uint8Array): PackedStrings {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (encoded.byteLength < 4)
    throw new Error(`${numbered(encoded.byteLength, "byte")}, too short for a string count`);
  const length = view.getUint32(0, true);
  if (length > (encoded.byteLength - 4) / 4) {
    throw new Error(`a count of ${numbered(length, "string")} in ${numbered(encoded.byteLength, "byte")}`);
  }
  const offsets = new Int32Array(length + 1);
  const bytes = new Uint8Array(encoded.byteLength - 4 - 4 * length);
  let position = 4;
  let written = 0;
  const checker = new TextDecoder("utf-8", { fatal: true });
  for (let i = 0; i < length; i++) {
    const end = position + 4 <= encoded.byteLength ? position + 4 + view.getUint32(position, true) : Infinity;
    if (end > encoded.byteLength)
      throw new Error(`string ${i} of ${length} reaches past the end of the chunk`);
    // Names are short: a call to copy one would cost more than this.
    let bits = 0;
    for (let from = position + 4; from < end; from++) {
      bits |= encoded[from];
      bytes[written++] = encoded[from];
    }
    if (bits > 127 && !isText(checker, encoded.subarray(position + 4, end))) {
      throw new Error(`string ${i} of ${length} is not UTF-8`);
    }
    offsets[i + 1] = written;
    position = end;
  }
  if (position !== encoded.byteLength)
    throw new Error(`${numbered(encoded.byteLength - position, "byte")} after the last string`);
  return { length, offsets, bytes };
}

function isText(checker: TextDecoder, bytes: Uint8Array): boolean {
  try {
    checker.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Packs strings that are already JavaScript strings. */
export function packStrings(strings: readonly string[]): PackedStrings {
  const encoder = new TextEncoder();
  const parts = strings.map((text) => encoder.encode(text));
  const offsets = new Int32Array(strings.length + 1);
  for (let i = 0; i < parts.length; i++) offsets[i + 1] = offsets[i] + parts[i].length;
  const bytes = new Uint8Array(offsets[strings.length]);
  for (let i = 0; i < parts.length; i++) bytes.set(parts[i], offsets[i]);
  return { length: strings.length, offsets, bytes };
}

/** The strings `start .. end` as JavaScript strings. */
export function unpackStrings(packed: PackedStrings, start = 0, end = packed.length): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const strings: string[] = [];
  for (let i = start; i < end; i++) {
    strings.push(decoder.decode(packed.bytes.subarray(packed.offsets[i], packed.offsets[i + 1])));
  }
  return strings;
}

/** Strings `start .. end` in arrays of their own. */
export function slicePacked(packed: PackedStrings, start: number, end: number): PackedStrings {
  const from = packed.offsets[start];
  const offsets = packed.offsets.slice(start, end + 1);
  for (let i = 0; i < offsets.length; i++) offsets[i] -= from;
  return { length: end - start, offsets, bytes: packed.bytes.slice(from, packed.offsets[end]) };
}

/** Joins runs of strings in order. */
export function concatPacked(parts: readonly PackedStrings[]): PackedStrings {
  if (parts.length === 1) return parts[0];
  let length = 0;
  let byteCount = 0;
  for (const part of parts) {
    length += part.length;
    byteCount += part.offsets[part.length];
  }
  const offsets = new Int32Array(length + 1);
  const bytes = new Uint8Array(byteCount);
  let item = 0;
  let written = 0;
  for (const part of parts) {
    for (let i = 1; i <= part.length; i++) offsets[++item] = written + part.offsets[i];
    bytes.set(part.bytes.subarray(0, part.offsets[part.length]), written);
    written += part.offsets[part.length];
  }
  return { length, offsets, bytes };
}
