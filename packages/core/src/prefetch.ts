import type { Chunk } from "./csr-chunk.js";
import { OptionError } from "./errors.js";
import type { ChunkSource } from "./source.js";

export interface PrefetchOptions {
  /** Most bytes of chunks that may wait for the consumer. One chunk is always allowed, whatever its size. */
  readonly maxBytes: number;
}

/** Reads ahead of the consumer, in order, at most `maxBytes` of chunks; leaving the loop early stops the reading. */
export function prefetch<C extends Chunk>(source: ChunkSource<C>, options: PrefetchOptions): ChunkSource<C> {
  const { maxBytes } = options;
  if (!(maxBytes > 0))
    throw new OptionError({ option: "maxBytes", value: maxBytes, rule: "a number of bytes above 0" });
  return {
    spotCount: source.spotCount,
    width: source.width,
    async *chunks(streamOptions = {}) {
      const stop = new AbortController();
      const { signal: outer } = streamOptions;
      outer?.throwIfAborted();
      const forward = () => stop.abort(outer?.reason);
      outer?.addEventListener("abort", forward, { once: true });

      const queue: C[] = [];
      let queuedBytes = 0;
      let ended = false;
      let failure: { error: unknown } | undefined;
      // Each side waits on the other through one replaceable callback; a wake-up is never lost because both re-check state.
      let wake = () => {};
      const changed = () =>
        new Promise<void>((resolve) => {
          wake = resolve;
        });
      stop.signal.addEventListener("abort", () => wake(), { once: true });

      const reader = (async () => {
        try {
          for await (const chunk of source.chunks({
            ...streamOptions,
            onProgress: undefined,
            signal: stop.signal,
          })) {
            queue.push(chunk);
            queuedBytes += byteLength(chunk);
            wake();
            while (queuedBytes >= maxBytes && !stop.signal.aborted) await changed();
            if (stop.signal.aborted) return;
          }
        } catch (error) {
          failure = { error };
        } finally {
          ended = true;
          wake();
        }
      })();

      const range = streamOptions.spotRange ?? { start: 0, end: source.spotCount };
      try {
        while (true) {
          outer?.throwIfAborted();
          const chunk = queue.shift();
          if (chunk) {
            queuedBytes -= byteLength(chunk);
            wake();
            const spotsDone = chunk.spotStart + chunk.spotCount - range.start;
            yield chunk;
            streamOptions.onProgress?.({ spotsDone, spotCount: range.end - range.start });
          } else if (failure) throw failure.error;
          else if (ended) return;
          else await changed();
        }
      } finally {
        outer?.removeEventListener("abort", forward);
        stop.abort();
        await reader;
      }
    },
  };
}

function byteLength(chunk: Chunk): number {
  const values = chunk.values.byteLength;
  return chunk.kind === "csr" ? values + chunk.indices.byteLength + chunk.indptr.byteLength : values;
}
