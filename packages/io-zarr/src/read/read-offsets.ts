import { FormatError } from "@flashdeconv/core";
import { copyNumbers } from "./copy-numbers.js";
import { requireBacked, requireItemRoom } from "./open-vector.js";
import { vectorCursor } from "./vector-cursor.js";
import type { ZarrArray } from "./zarr-array.js";

/** Where each row (or column) of a sparse matrix begins; doubles for offsets beyond 2^31. */
export type Offsets = Int32Array | Float64Array;

/**
 * Reads and checks the `indptr` of a sparse matrix: it starts at 0, never descends and ends at `itemCount`, the length of
 * `data` and `indices`. Held: 4 bytes a row, 8 where there are 2^31 entries or more.
 */
export async function readOffsets(
  indptr: ZarrArray,
  itemCount: number,
  signal?: AbortSignal,
): Promise<Offsets> {
  const length = indptr.metadata.shape[0];
  requireItemRoom(indptr, itemCount < 2 ** 31 ? 4 : 8);
  await requireBacked(indptr, "fill", signal);
  const offsets = itemCount < 2 ** 31 ? new Int32Array(length) : new Float64Array(length);
  let previous = 0;
  await vectorCursor(indptr, "fill", signal).read(0, length, ({ data, from, to, at }) => {
    // Checked as doubles: what is beyond 2^31 must not be cut to something that looks right.
    const part = new Float64Array(to - from);
    copyNumbers(indptr, { data, from, to, at: 0 }, part);
    if (at === 0 && part[0] !== 0) throw broken(indptr.path, `${part[0]} as the first offset`, "0");
    for (let i = 0; i < part.length; i++) {
      const offset = part[i];
      if (!(offset >= previous)) {
        const found = `offset ${offset} after ${previous} (at ${at + i})`;
        throw broken(indptr.path, found, "offsets that never descend");
      }
      offsets[at + i] = previous = offset;
    }
  });
  if (previous !== itemCount) {
    throw broken(
      indptr.path,
      `${previous} as the last offset`,
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
