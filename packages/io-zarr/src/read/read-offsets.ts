import { FormatError } from "@flashdeconv/core";
import { readNumbers } from "./open-vector.js";
import type { ZarrArray } from "./zarr-array.js";

/**
 * Reads and checks the `indptr` of a sparse matrix: it starts at 0, never descends and ends at `itemCount`, the length of
 * `data` and `indices`. As doubles, for offsets beyond 2^31: 8 MB for a million rows.
 */
export async function readOffsets(
  indptr: ZarrArray,
  itemCount: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const offsets = await readNumbers(indptr, "fill", signal);
  const last = offsets.length - 1;
  if (offsets[0] !== 0) throw broken(indptr.path, `${offsets[0]} as the first offset`, "0");
  for (let i = 0; i < last; i++) {
    if (!(offsets[i + 1] >= offsets[i])) {
      throw broken(
        indptr.path,
        `offset ${offsets[i + 1]} after ${offsets[i]} (at ${i + 1})`,
        "offsets that never descend",
      );
    }
  }
  if (offsets[last] !== itemCount) {
    throw broken(
      indptr.path,
      `${offsets[last]} as the last offset`,
      `${itemCount}, the length of data and indices`,
    );
  }
  return offsets;
}

function broken(path: string, found: string, expected: string): FormatError {
  return new FormatError({
    path,
    found,
    expected,
    remedy: "The sparse matrix is damaged: write the store again.",
  });
}
