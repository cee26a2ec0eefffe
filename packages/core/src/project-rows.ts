import type { CsrChunk, Values } from "./csr-chunk.js";

/** A table of K numbers per gene. */
export interface Projection {
  readonly typeCount: number;
  /** G x K, a row per gene. */
  readonly projection: Float64Array;
}

/**
 * Reduces each row to K + 1 numbers: its products with the K columns, and what `measure` makes of it.
 *
 * @param out spotCount x (K + 1), row-major; overwritten
 */
export function projectRows(
  chunk: CsrChunk,
  table: Projection,
  measure: (row: number) => number,
  out: Values,
): void {
  const { typeCount } = table;
  for (let row = 0; row < chunk.spotCount; row++) {
    projectRow(chunk, row, table, out);
    out[row * (typeCount + 1) + typeCount] = measure(row);
  }
}

/**
 * Writes the products of one row with the K columns. Four columns at a time, summed in full precision whatever the output is; each
 * sum takes the row's entries in order.
 */
function projectRow(
  { indptr, indices, values }: CsrChunk,
  row: number,
  { typeCount, projection }: Projection,
  out: Values,
): void {
  const from = indptr[row];
  const to = indptr[row + 1];
  const at = row * (typeCount + 1);
  let type = 0;
  for (; type + 3 < typeCount; type += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = from; i < to; i++) {
      const value = values[i];
      const offset = indices[i] * typeCount + type;
      a += value * projection[offset];
      b += value * projection[offset + 1];
      c += value * projection[offset + 2];
      d += value * projection[offset + 3];
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
