import type { Chunk } from "./csr-chunk.js";
import type { ChunkSource } from "./source.js";
import { resolveSpotRange } from "./spot-range.js";

/**
 * A source whose chunks are made when they are asked for: computed, or read. `build` makes rows `start .. end - 1`, which end at
 * a multiple of `spotsPerChunk` or with the range.
 */
export function generatedSource<C extends Chunk>(
  shape: { readonly spotCount: number; readonly width: number; readonly spotsPerChunk: number },
  build: (start: number, end: number) => C | Promise<C>,
): ChunkSource<C> {
  const { spotCount, width, spotsPerChunk } = shape;
  return {
    spotCount,
    width,
    async *chunks({ spotRange, signal, onProgress } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      for (let from = start; from < end; ) {
        signal?.throwIfAborted();
        const to = Math.min((Math.floor(from / spotsPerChunk) + 1) * spotsPerChunk, end);
        yield await build(from, to);
        onProgress?.({ spotsDone: to - start, spotCount: end - start });
        from = to;
      }
    },
  };
}
