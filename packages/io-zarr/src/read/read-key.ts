import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import type { ByteRange, ReadableStore } from "../store.js";

/** Reads one key, whole or in part. An abort is rethrown as it is; any other failure says which key was being read. */
export async function readKey(
  store: ReadableStore,
  key: `/${string}`,
  signal?: AbortSignal,
  range?: ByteRange,
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  try {
    const bytes =
      range === undefined
        ? await store.get(key, { signal })
        : store.getRange
          ? await store.getRange(key, range, { signal })
          : cut(await store.get(key, { signal }), range);
    signal?.throwIfAborted();
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

function cut(bytes: Uint8Array | undefined, range: ByteRange): Uint8Array | undefined {
  if ("suffixLength" in range) return bytes?.slice(Math.max(0, bytes.length - range.suffixLength));
  return bytes?.slice(range.offset, range.offset + range.length);
}
