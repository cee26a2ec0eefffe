import { bytesOut } from "./bytes-out.js";

/** Places a run of bytes in the file and returns where they lie. */
export type Place = (bytes: Uint8Array) => Promise<number>;

/** A heap numbers what it holds with 16 bits. */
const MOST_TEXTS = 32_768;
const MOST_BYTES = 2 ** 22;
/** No library reads a smaller one. */
const LEAST_BYTES = 4096;
const HEAD_BYTES = 16;

/** Texts as UTF-8, one after the other. */
export interface Texts {
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

export function textsOf(texts: readonly string[]): Texts {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, { length }] of encoded.entries()) offsets[i + 1] = offsets[i] + length;
  const bytes = new Uint8Array(offsets[texts.length]);
  for (const [i, text] of encoded.entries()) bytes.set(text, offsets[i]);
  return { offsets, bytes };
}

/** Writes texts to global heaps of their own. Returns what an array of them holds: length, heap and number of each. */
export async function placeTexts({ offsets, bytes }: Texts, place: Place): Promise<Uint8Array> {
  const count = offsets.length - 1;
  const items = bytesOut();
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && to - from < MOST_TEXTS && offsets[to + 1] - offsets[from] < MOST_BYTES) to++;
    const heap = heapOf({ offsets: offsets.subarray(from, to + 1), bytes });
    const address = await place(heap);
    for (let i = from; i < to; i++) {
      const length = offsets[i + 1] - offsets[i];
      // A text without bytes lies nowhere.
      items
        .u32(length)
        .u64(length === 0 ? 0 : address)
        .u32(length === 0 ? 0 : i - from + 1);
    }
    from = to;
  }
  return items.done();
}

function heapOf({ offsets, bytes }: Texts): Uint8Array {
  const objects = bytesOut();
  for (let i = 0; i + 1 < offsets.length; i++) {
    const length = offsets[i + 1] - offsets[i];
    if (length === 0) continue;
    objects
      .u16(i + 1)
      .u16(1)
      .u32(0)
      .u64(length)
      .bytes(bytes.subarray(offsets[i], offsets[i + 1]))
      .pad8();
  }
  const size = Math.max(LEAST_BYTES, HEAD_BYTES + objects.length);
  const out = bytesOut()
    .bytes(new TextEncoder().encode("GCOL"))
    .u8(1, 0, 0, 0)
    .u64(size)
    .bytes(objects.done());
  const free = size - out.length;
  // What is free is number 0, and counts its own head.
  if (free >= HEAD_BYTES) out.u16(0).u16(0).u32(0).u64(free);
  return out.zerosTo(size).done();
}
