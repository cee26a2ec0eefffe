import type { Chunk } from "./csr-chunk.js";
import type { ChunkSource } from "./source.js";
import { resolveSpotRange } from "./spot-range.js";

/** A source whose chunks are computed when they are asked for. `build` makes rows `start .. end - 1` from nothing else. */
export function generatedSource<C extends Chunk>(
  shape: { readonly spotCount: number; readonly width: number; readonly spotsPerChunk: number },
  build: (start: number, end: number) => C,
): ChunkSource<C> {
  const { spotCount, width, spotsPerChunk } = shape;
  return {
    spotCount,
    width,
    async *chunks({ spotRange, signal, onProgress } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      for (let from = start; from < end; from += spotsPerChunk) {
        signal?.throwIfAborted();
        const to = Math.min(from + spotsPerChunk, end);
        yield build(from, to);
        onProgress?.({ spotsDone: to - start, spotCount: end - start });
      }
    },
  };
}
