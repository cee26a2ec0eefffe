import { FormatError, type NameChunk } from "@flashdeconv/core";

const HEADER_BYTES = 4;
const HALF_A_PAIR = /\p{Cs}/u;
const encoder = new TextEncoder();

/**
 * Collects strings in the layout of the vlen-utf8 codec: a count, then for each string its length in bytes and the bytes
 * (all numbers little-endian 32-bit). Source: numcodecs documentation, VLenUTF8.
 */
export class VlenUtf8Encoder {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = HEADER_BYTES;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Throws FormatError for half of a surrogate pair, which UTF-8 has no bytes for. */
  addString(text: string): void {
    if (HALF_A_PAIR.test(text)) {
      throw new FormatError({
        path: JSON.stringify(text),
        found: "text that is not Unicode",
        expected: "whole characters",
        remedy: "Write the text again without it.",
      });
    }
    const encoded = encoder.encode(text);
    this.#add(encoded, 0, encoded.length);
  }

  /** Adds the names `from .. to` (counted within the chunk). */
  addNames(names: NameChunk, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#add(names.bytes, names.offsets[i], names.offsets[i + 1]);
  }

  /** The encoded strings, followed by empty ones up to `count`; the encoder is empty again after it. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const padded = this.#length + 4 * (count - this.#count);
    const bytes = new Uint8Array(padded);
    bytes.set(this.#bytes.subarray(0, this.#length));
    new DataView(bytes.buffer).setUint32(0, count, true);
    this.#length = HEADER_BYTES;
    this.#count = 0;
    return bytes;
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    this.#reserve(this.#length + 4 + size);
    this.#view.setUint32(this.#length, size, true);
    for (let i = 0; i < size; i++) this.#bytes[this.#length + 4 + i] = bytes[start + i];
    this.#length += 4 + size;
    this.#count++;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** All of them as one chunk. Throws FormatError as `addString` does. */
export function encodeStrings(texts: readonly string[]): Uint8Array {
  const encoder = new VlenUtf8Encoder();
  for (const text of texts) encoder.addString(text);
  return encoder.take(texts.length);
}
