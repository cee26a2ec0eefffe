import type { CsrChunk } from "@flashdeconv/core";
import { projectRow } from "@flashdeconv/core/internal";
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
  const { spotCount, indptr, values } = chunk;
  const table = { typeCount, projection };
  for (let spot = 0; spot < spotCount; spot++) {
    projectRow(chunk, spot, table, out);
    let total = 0;
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) total += values[i];
    out[spot * (typeCount + 1) + typeCount] = total;
  }
}
