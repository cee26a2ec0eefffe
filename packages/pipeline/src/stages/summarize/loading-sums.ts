import type { CsrChunk } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** Writes the sum of loadings over the counts of each spot of a chunk, from place `first` on. */
export function loadingSums(
  loadings: Float64Array,
  out: StatArray,
): (chunk: CsrChunk, first: number) => void {
  return ({ spotCount, indptr, indices, values }, first) => {
    for (let row = 0; row < spotCount; row++) {
      let sum = 0;
      for (let i = indptr[row]; i < indptr[row + 1]; i++) sum += loadings[indices[i]] * values[i];
      out[first + row] = sum;
    }
  };
}
