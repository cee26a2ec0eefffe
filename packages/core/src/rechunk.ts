import type { Chunk } from "./csr-chunk.js";
import { OptionError } from "./errors.js";
import { concatChunks, sliceChunk } from "./slice-chunk.js";
import type { ChunkSource } from "./source.js";

/** The same spots in chunks of exactly `spotsPerChunk` rows (the last may be shorter). */
export function rechunk<C extends Chunk>(source: ChunkSource<C>, spotsPerChunk: number): ChunkSource<C> {
  if (!Number.isInteger(spotsPerChunk) || spotsPerChunk < 1) {
    throw new OptionError({
      option: "spotsPerChunk",
      value: spotsPerChunk,
      rule: "a whole number of at least 1",
      isRequired: true,
    });
  }
  return {
    spotCount: source.spotCount,
    width: source.width,
    async *chunks(options) {
      let held: C[] = [];
      let heldCount = 0;
      for await (const chunk of source.chunks(options)) {
        let taken = 0;
        while (heldCount + chunk.spotCount - taken >= spotsPerChunk) {
          const end = taken + spotsPerChunk - heldCount;
          held.push(taken === 0 && end === chunk.spotCount ? chunk : sliceChunk(chunk, taken, end));
          options?.signal?.throwIfAborted();
          yield concatChunks(held);
          held = [];
          heldCount = 0;
          taken = end;
        }
        if (taken < chunk.spotCount) {
          held.push(taken === 0 ? chunk : sliceChunk(chunk, taken, chunk.spotCount));
          heldCount += chunk.spotCount - taken;
        }
      }
      options?.signal?.throwIfAborted();
      if (heldCount > 0) yield concatChunks(held);
    },
  };
}
