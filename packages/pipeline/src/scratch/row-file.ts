import { type ChunkSource, type DenseChunk, resolveSpotRange } from "@flashdeconv/core";
import { statArray } from "../memory/allocator.js";
import { bytesOf, type ScratchFile } from "./scratch-use.js";

export interface RowFileShape {
  readonly spotCount: number;
  readonly width: number;
  readonly precision: "float64" | "float32";
}

const SPOTS_PER_CHUNK = 8192;

/** Rows that lie in a scratch file one after the other, as a source. */
export function rowFileSource(
  file: ScratchFile,
  { spotCount, width, precision }: RowFileShape,
): ChunkSource<DenseChunk> {
  return {
    spotCount,
    width,
    async *chunks({ spotRange, signal, onProgress } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      for (let from = start; from < end; from += SPOTS_PER_CHUNK) {
        signal?.throwIfAborted();
        const to = Math.min(from + SPOTS_PER_CHUNK, end);
        const values = statArray(precision, (to - from) * width);
        await file.read(bytesOf(values), from * width * values.BYTES_PER_ELEMENT);
        yield { kind: "dense", spotStart: from, spotCount: to - from, width, values };
        onProgress?.({ spotsDone: to - start, spotCount: end - start });
      }
    },
  };
}
