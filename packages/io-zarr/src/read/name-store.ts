import { type Chunk, type ChunkSource, isFlashdeconvError } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";

/** Errors about an option speak of the option; the others are about something in the store. */
const ABOUT_A_STORE: ReadonlySet<string> = new Set([
  "FormatError",
  "StoreError",
  "ShapeError",
  "CoordinateError",
]);

/** Does some reading; an error that comes of it says in which store. `X/data` alone could be the section's or the reference's. */
export async function inStore<T>(store: ReadableStore, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw named(error, store);
  }
}

/** The same for every pass over a source. */
export function sourceInStore<C extends Chunk>(store: ReadableStore, source: ChunkSource<C>): ChunkSource<C> {
  const { spotCount, width } = source;
  return { spotCount, width, chunks: (options) => streamInStore(store, source.chunks(options)) };
}

export async function* streamInStore<T>(store: ReadableStore, stream: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    while (true) {
      // Only what reading throws is named, not what the consumer does.
      const next = await inStore(store, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

function named(error: unknown, { name }: ReadableStore): unknown {
  if (name === undefined || !isFlashdeconvError(error) || !ABOUT_A_STORE.has(error.tag)) return error;
  if (error.store === undefined) {
    error.store = name;
    // What is wrong with all of it may have its name already.
    if (!error.message.startsWith(`${name}: `)) error.message = `${name}: ${error.message}`;
  }
  return error;
}
