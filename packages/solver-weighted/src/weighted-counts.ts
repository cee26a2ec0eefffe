import type { CsrChunk } from "@flashdeconv/core";
import { projectRows } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";

/**
 * Reduces each spot's raw counts to K + 1 numbers: c = sum_g y_g w_g x_g for each type, and the spot's count n.
 *
 * @param projection G x K: w_g x_kg
 * @param out spots x (K + 1), overwritten
 */
export function summarizeCounts(
  chunk: CsrChunk,
  projection: Float64Array,
  typeCount: number,
  out: StatArray,
): void {
  projectRows(chunk, { typeCount, projection }, (row) => countOf(chunk, row), out);
}

function countOf({ indptr, values }: CsrChunk, row: number): number {
  let total = 0;
  for (let i = indptr[row]; i < indptr[row + 1]; i++) total += values[i];
  return total;
}
