import { type CsrChunk, ShapeError, type Values } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/**
 * Writes the library size (sum of all values) of row `i` of the chunk to `out[i]`, for each of its rows.
 *
 * For an array over all spots give the part that begins at the chunk: `out.subarray(chunk.spotStart)`. A row is summed in
 * index order, so its bits do not depend on the chunk it is in.
 *
 * @throws ShapeError when `out` has fewer items than the chunk has spots.
 */
export function librarySizes(chunk: CsrChunk, out: Values): void {
  const { indptr, values, spotCount } = chunk;
  if (out.length < spotCount) {
    throw new ShapeError({
      subject: "library sizes",
      found: `room for ${numbered(out.length, "spot")}`,
      expected: `room for the ${numbered(spotCount, "spot")} of the chunk`,
      remedy: "Give an array with one item per spot.",
    });
  }
  for (let row = 0; row < spotCount; row++) {
    let sum = 0;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) sum += values[i];
    out[row] = sum;
  }
}
