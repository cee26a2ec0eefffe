import type { Chunk } from "./csr-chunk.js";
import { OptionError } from "./errors.js";
import { generatedSource } from "./generated-source.js";
import { sliceChunk } from "./slice-chunk.js";
import type { ChunkSource } from "./source.js";

export interface MemorySourceOptions {
  /** Rows per yielded chunk; 4,096 by default, which keeps a chunk of sparse counts at a few MiB. */
  readonly spotsPerChunk?: number;
}

/** A matrix that is already in memory, as a source. `matrix.spotStart` must be 0; the matrix itself is never handed out. */
export function memorySource<C extends Chunk>(matrix: C, options: MemorySourceOptions = {}): ChunkSource<C> {
  const spotsPerChunk = options.spotsPerChunk ?? 4096;
  if (!Number.isInteger(spotsPerChunk) || spotsPerChunk < 1) {
    throw new OptionError({
      option: "spotsPerChunk",
      value: spotsPerChunk,
      rule: "a whole number of at least 1",
    });
  }
  const { spotCount, width } = matrix;
  return generatedSource({ spotCount, width, spotsPerChunk }, (start, end) => sliceChunk(matrix, start, end));
}
