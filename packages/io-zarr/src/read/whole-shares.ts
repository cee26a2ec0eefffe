import { type ChunkSource, type DenseChunk, FormatError } from "@flashdeconv/core";
import { percent } from "@flashdeconv/core/internal";

/** Shares in single precision, of hundreds of types, add up to 1 within this. */
const TOLERANCE = 1e-3;

/**
 * The shares of a result, each spot's found to add up to 1. A chunk that is lost reads as zeros, as Zarr says: nothing else shows that it
 * was there. Spots without an answer are NaN.
 */
export function wholeShares(source: ChunkSource<DenseChunk>, path: string): ChunkSource<DenseChunk> {
  const { spotCount, width } = source;
  return {
    spotCount,
    width,
    async *chunks(options) {
      for await (const chunk of source.chunks(options)) {
        requireWhole(chunk, path);
        yield chunk;
      }
    },
  };
}

function requireWhole({ spotStart, spotCount, width, values }: DenseChunk, path: string): void {
  for (let spot = 0, at = 0; spot < spotCount; spot++) {
    let sum = 0;
    for (const end = at + width; at < end; at++) sum += values[at];
    if (!(Math.abs(sum - 1) > TOLERANCE)) continue;
    throw new FormatError({
      path,
      found: `shares of spot ${spotStart + spot + 1} that add up to ${percent(sum)}`,
      expected: "100 %, as flashdeconv writes them",
      remedy: "A part of the result was lost or changed: copy or write it again.",
    });
  }
}
