import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { MOST_BYTES } from "./bounds.js";
import type { ByteRange, ReadableStore } from "./store.js";

/** What is read of a key, and how much may come. */
export type KeyPart = { readonly signal?: AbortSignal } & (
  | { readonly range: ByteRange; readonly most?: undefined }
  /** Most bytes of the whole object. */
  | { readonly range?: undefined; readonly most: number }
);

/**
 * Reads one key, whole or in part: the way by which all bytes of stores come in. Never gives more than was asked for. An abort is
 * rethrown as it is; any other failure says which key was being read.
 */
export async function readKey(
  store: ReadableStore,
  key: `/${string}`,
  { range, most, signal }: KeyPart,
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  const whole = most ?? store.mostBytes ?? MOST_BYTES;
  const limit = range === undefined ? whole : lengthOf(range);
  try {
    const bytes =
      range === undefined
        ? await store.get(key, { signal, most: whole })
        : store.getRange
          ? await store.getRange(key, range, { signal })
          : cut(await store.get(key, { signal, most: whole }), range);
    signal?.throwIfAborted();
    if (bytes && bytes.length > limit) throw tooLarge(key, bytes.length, limit);
    return bytes;
  } catch (cause) {
    signal?.throwIfAborted();
    if (isFlashdeconvError(cause)) throw cause;
    throw new StoreError({
      path: key.slice(1),
      found: `a failure to read (${cause instanceof Error ? cause.message : String(cause)})`,
      expected: "readable bytes",
      remedy: "Check the disk or connection and the permissions of the store, then run again.",
      cause,
    });
  }
}

/** The error for an object that is larger than it may be. */
export function tooLarge(key: string, found: number, most: number): StoreError {
  return new StoreError({
    path: key.replace(/^\//, ""),
    found: `${numbered(found, "byte")}`,
    expected: `at most ${most} at this place`,
    remedy: "The store is damaged, or not what it seems to be: copy or write it again.",
  });
}

function lengthOf(range: ByteRange): number {
  return "suffixLength" in range ? range.suffixLength : range.length;
}

function cut(bytes: Uint8Array | undefined, range: ByteRange): Uint8Array | undefined {
  if ("suffixLength" in range) return bytes?.slice(Math.max(0, bytes.length - range.suffixLength));
  return bytes?.slice(range.offset, range.offset + range.length);
}
