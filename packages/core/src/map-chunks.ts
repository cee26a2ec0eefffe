import type { Chunk } from "./csr-chunk.js";
import type { ChunkSource } from "./source.js";

/**
 * A view of `source` in which each chunk has gone through `transform`; nothing happens until it is read.
 *
 * `transform` owns the chunk it is given and may overwrite and return it. It must keep the chunk's spots. `width` is the
 * width of what it returns, that of the source by default.
 */
export function mapChunks<A extends Chunk, B extends Chunk>(
  source: ChunkSource<A>,
  transform: (chunk: A) => B,
  width: number = source.width,
): ChunkSource<B> {
  return {
    spotCount: source.spotCount,
    width,
    ...(source.spotsReadTogether !== undefined && { spotsReadTogether: source.spotsReadTogether }),
    async *chunks(options) {
      for await (const chunk of source.chunks(options)) yield transform(chunk);
    },
  };
}
