import { cursorOf } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";

/** Texts and runs of any length lie in collections; each is referred to by its collection's address and a number. */
export interface HeapReference {
  /** Items of a run, bytes of a text. */
  readonly length: number;
  readonly address: number;
  readonly number: number;
}

/** Finds an object of a collection by its number. */
export type Collection = (number: number) => Uint8Array;

/** Smallest collection there is. */
export const LEAST_COLLECTION = 4096;

/** Bytes of a reference. */
export function referenceBytes({ widths }: FileBytes): number {
  return 8 + widths.address;
}

export function parseReference(bytes: FileBytes, data: Uint8Array, at: number): HeapReference {
  const cursor = cursorOf(data.subarray(at, at + referenceBytes(bytes)), bytes.widths);
  return { length: cursor.u32(), address: cursor.uint(bytes.widths.address), number: cursor.u32() };
}

/** How many bytes a collection has, by its first ones. */
export function collectionBytes(bytes: FileBytes, head: Uint8Array): number {
  const cursor = cursorOf(head, bytes.widths);
  cursor.expect("GCOL");
  cursor.at = 8;
  return cursor.length();
}

/** Notes where the objects of a collection begin; no object is copied. */
export function parseCollection({ widths }: FileBytes, collection: Uint8Array): Collection {
  const cursor = cursorOf(collection, widths);
  const headBytes = 8 + widths.length;
  const starts = new Map<number, number>();
  for (cursor.at = headBytes; cursor.at + headBytes <= collection.length; ) {
    const number = cursor.u16();
    cursor.at += 6;
    const length = cursor.length();
    if (number === 0) break;
    starts.set(number, cursor.at);
    cursor.at += 8 * Math.ceil(length / 8);
  }
  return (number) => {
    const start = starts.get(number);
    if (start === undefined) throw new Error(`no object ${number} in a collection`);
    cursor.at = start - widths.length;
    return cursor.take(cursor.length());
  };
}

/** Reads single objects, for attributes; the last collections are kept. */
export function heapReader(bytes: FileBytes) {
  const kept = new Map<number, Promise<Collection>>();
  const open = async (address: number): Promise<Collection> => {
    const size = collectionBytes(bytes, await bytes.look(address, 8 + bytes.widths.length));
    return parseCollection(bytes, await bytes.look(address, size));
  };
  return async ({ address, number }: HeapReference): Promise<Uint8Array> => {
    const collection = kept.get(address) ?? open(address);
    collection.catch(() => kept.delete(address));
    kept.delete(address);
    kept.set(address, collection);
    if (kept.size > 16) kept.delete(kept.keys().next().value as number);
    return (await collection)(number);
  };
}

export type HeapReader = ReturnType<typeof heapReader>;
