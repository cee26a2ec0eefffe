import type { Chunk } from "./csr-chunk.js";
import { ShapeError } from "./errors.js";
import { concatChunks } from "./slice-chunk.js";
import type { ChunkSource, StreamOptions } from "./source.js";

/** Reads a whole source (or the asked range) into one chunk. Holds all of it: for small matrices and tests. */
export async function collect<C extends Chunk>(source: ChunkSource<C>, options?: StreamOptions): Promise<C> {
  const chunks: C[] = [];
  for await (const chunk of source.chunks(options)) chunks.push(chunk);
  if (chunks.length === 0) {
    throw new ShapeError({
      subject: "collect",
      found: "a source that yields no spot",
      expected: "at least one spot",
      remedy: "Ask for a range with a spot in it.",
    });
  }
  return concatChunks(chunks);
}
