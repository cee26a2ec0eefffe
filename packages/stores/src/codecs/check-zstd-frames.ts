import { numbered } from "@flashdeconv/core/internal";

const MAGIC = 0xfd2fb528;
const SKIPPED_MAGIC = 0x184d2a50;
const MOST_BLOCK = 2 ** 17;
const LEAST_WINDOW = 2 ** 23;
/** Bytes of a frame's content size by its flag; where the flag is 0 only frames of a single segment have one. */
const SIZE_BYTES = [0, 2, 4, 8];
const DICTIONARY_BYTES = [0, 1, 2, 4];

/**
 * Throws an Error that says so where zstd frames unpack to more than `most` bytes: by the size in their header, where there is one,
 * else by what their blocks can hold at most. Decoders believe the one and grow with the other.
 *
 * Source: RFC 8878, 3.1.1.
 */
export function checkZstdFrames(bytes: Uint8Array, most: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let total = 0;
  for (let at = 0; at + 4 <= bytes.length; ) {
    const magic = view.getUint32(at, true);
    if (magic >>> 4 === SKIPPED_MAGIC >>> 4) {
      at += 8 + (at + 8 <= bytes.length ? view.getUint32(at + 4, true) : 0);
      continue;
    }
    if (magic !== MAGIC) throw new Error("it is not a zstd frame");
    const { size, blocks, end } = frameAt(view, at + 4, most);
    total += size ?? blocks;
    if (total > most)
      throw new Error(
        `its zstd frame unpacks to ${size === undefined ? "up to " : ""}${numbered(size ?? blocks, "byte")}`,
      );
    at = end;
  }
}

function frameAt(view: DataView, start: number, most: number) {
  const descriptor = view.getUint8(start);
  const isSingle = (descriptor & 32) !== 0;
  let at = start + 1;
  if (!isSingle) {
    const window = view.getUint8(at++);
    const log = 10 + (window >> 3);
    const windowBytes = 2 ** log + (2 ** log / 8) * (window & 7);
    if (windowBytes > Math.max(LEAST_WINDOW, most))
      throw new Error(`its zstd window is of ${numbered(windowBytes, "byte")}`);
  }
  at += DICTIONARY_BYTES[descriptor & 3];
  const flag = descriptor >> 6;
  const sizeBytes = flag === 0 && isSingle ? 1 : SIZE_BYTES[flag];
  const size = sizeBytes === 0 ? undefined : sizeAt(view, at, sizeBytes);
  at += sizeBytes;
  let blocks = 0;
  for (let isLast = false; !isLast; ) {
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (head & 1) === 1;
    const [kind, length] = [(head >> 1) & 3, head >> 3];
    // Raw blocks hold what they are long, repeated ones a byte for it.
    blocks += kind === 2 ? MOST_BLOCK : length;
    at += 3 + (kind === 1 ? 1 : length);
  }
  return { size, blocks, end: at + ((descriptor & 4) === 0 ? 0 : 4) };
}

function sizeAt(view: DataView, at: number, length: number): number {
  if (length === 1) return view.getUint8(at);
  if (length === 2) return view.getUint16(at, true) + 256;
  return length === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
