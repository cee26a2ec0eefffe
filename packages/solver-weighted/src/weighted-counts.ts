import type { CsrChunk } from "@flashdeconv/core";
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
  const { spotCount, indptr, indices, values } = chunk;
  for (let spot = 0; spot < spotCount; spot++) {
    const from = indptr[spot];
    const to = indptr[spot + 1];
    const at = spot * (typeCount + 1);
    let total = 0;
    for (let i = from; i < to; i++) total += values[i];
    out[at + typeCount] = total;
    let type = 0;
    for (; type + 3 < typeCount; type += 4) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let i = from; i < to; i++) {
        const count = values[i];
        const offset = indices[i] * typeCount + type;
        a += count * projection[offset];
        b += count * projection[offset + 1];
        c += count * projection[offset + 2];
        d += count * projection[offset + 3];
      }
      out[at + type] = a;
      out[at + type + 1] = b;
      out[at + type + 2] = c;
      out[at + type + 3] = d;
    }
    for (; type < typeCount; type++) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += values[i] * projection[indices[i] * typeCount + type];
      out[at + type] = sum;
    }
  }
}
