import { numbered } from "@flashdeconv/core/internal";
import type { FileBytes } from "../bytes/file-bytes.js";
import {
  collectionBytes,
  LEAST_COLLECTION,
  parseCollection,
  parseReference,
  referenceBytes,
} from "./global-heap.js";

/** Collections are read together up to so many bytes, and with so many between them. */
const MOST_BATCH = 2 ** 23;
const MOST_GAP = 2 ** 13;
/** Bytes of the collections that HDF5 makes where many texts are written at once, and somewhat more. */
const USUAL_COLLECTION = 2 ** 17;

/** Texts of a chunk as Zarr's vlen-utf8 has them: how many, then of each its length and its bytes. */
export function packTexts(texts: Iterable<Uint8Array>, count: number, byteCount: number): Uint8Array {
  const packed = new Uint8Array(4 + 4 * count + byteCount);
  const view = new DataView(packed.buffer);
  view.setUint32(0, count, true);
  let at = 4;
  let done = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    packed.set(text, at + 4);
    at += 4 + text.length;
    done++;
  }
  // Beyond the end of the dataset there are texts without a character.
  return packed.subarray(0, at + 4 * (count - done));
}

const NOTHING = new Uint8Array(0);

/** Texts of a fixed number of bytes, `itemBytes` apart, as vlen-utf8 of `count` items. */
export function packFixedTexts(
  data: Uint8Array,
  {
    itemBytes,
    size,
    padding,
  }: { readonly itemBytes: number; readonly size: number; readonly padding: "nul" | "space" },
  count: number,
): Uint8Array {
  const texts: Uint8Array[] = [];
  let total = 0;
  for (let at = 0; at + size <= data.length; at += itemBytes) {
    let end = at;
    while (end < at + size && data[end] !== 0) end++;
    if (padding === "space") while (end > at && data[end - 1] === 32) end--;
    texts.push(end === at ? NOTHING : data.subarray(at, end));
    total += end - at;
  }
  return packTexts(texts, count, total);
}

/** What is read of texts of any length. */
export interface TextRequest {
  /** References, `itemBytes` apart. */
  readonly data: Uint8Array;
  readonly itemBytes: number;
  /** Items of the chunk. */
  readonly count: number;
  /** Most bytes that the packed texts may take. */
  readonly most: number;
}

/** Reads texts of any length, collection by collection, as vlen-utf8. */
export async function readTexts(
  bytes: FileBytes,
  { data, itemBytes, count, most }: TextRequest,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const size = referenceBytes(bytes);
  const given = Math.floor((data.length + itemBytes - size) / itemBytes);
  const references = Array.from({ length: given }, (_, i) => parseReference(bytes, data, i * itemBytes));
  const texts = new Array<Uint8Array>(given).fill(NOTHING);
  const promised = references.reduce((sum, { length, address }) => sum + (address === 0 ? 0 : length), 0);
  if (promised + 4 * count > most)
    throw new Error(`${numbered(promised, "byte")} of text, more than ${most}`);

  const order = references
    .map((_, i) => i)
    .filter((i) => references[i].address !== 0 && references[i].length > 0);
  order.sort((a, b) => references[a].address - references[b].address);
  let total = 0;
  for (let first = 0; first < order.length; ) {
    const batch = batchFrom(references, order, first);
    const block = await bytes.read(batch.start, Math.min(batch.end, bytes.size) - batch.start, signal);
    for (let i = first; i < batch.next; ) {
      const { address } = references[order[i]];
      const found = collectionIn(bytes, block, address - batch.start);
      const whole = typeof found === "number" ? await bytes.read(address, found, signal) : found;
      const collection = parseCollection(bytes, whole);
      for (; i < batch.next && references[order[i]].address === address; i++) {
        const { number, length } = references[order[i]];
        // The block is let go of: what is kept of it is copied.
        const text = untilNul(collection(number).subarray(0, length)).slice();
        texts[order[i]] = text;
        total += text.length;
      }
    }
    first = batch.next;
  }
  return packTexts(texts, count, total);
}

/**
 * Collections that lie close, from the one of item `first` on. How long one is tells only its first bytes; where the next one begins soon
 * after it, it is taken to end there, and the last one to be as long as the one before it.
 */
function batchFrom(
  references: readonly { readonly address: number }[],
  order: readonly number[],
  first: number,
): { start: number; end: number; next: number } {
  const start = references[order[first]].address;
  let last = start;
  let length = LEAST_COLLECTION;
  let next = first + 1;
  for (; next < order.length; next++) {
    const { address } = references[order[next]];
    if (address === last) continue;
    const isNear = address - last <= Math.max(USUAL_COLLECTION, length + MOST_GAP);
    if (!isNear || address - start > MOST_BATCH) break;
    length = Math.max(LEAST_COLLECTION, address - last);
    last = address;
  }
  return { start, end: last + length, next };
}

/** The collection that begins at `at` of a block; its size alone where it is longer than the block. */
function collectionIn(bytes: FileBytes, block: Uint8Array, at: number): Uint8Array | number {
  const size = collectionBytes(bytes, block.subarray(at, at + 8 + bytes.widths.length));
  return at + size <= block.length ? block.subarray(at, at + size) : size;
}

function untilNul(text: Uint8Array): Uint8Array {
  const end = text.indexOf(0);
  return end < 0 ? text : text.subarray(0, end);
}
