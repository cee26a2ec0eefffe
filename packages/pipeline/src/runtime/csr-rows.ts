import type { CsrChunk, Values } from "@flashdeconv/core";

/** A row of a sparse matrix by itself. */
export interface CsrRow {
  /** Columns, ascending. */
  readonly indices: Int32Array;
  readonly values: Values;
}

/** Rows that were made one by one as a chunk; one that is not there is empty. */
export function csrOf<V extends Values>(
  rows: readonly (CsrRow | undefined)[],
  width: number,
  Values: new (length: number) => V,
): CsrChunk & { readonly values: V } {
  const indptr = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) indptr[i + 1] = indptr[i] + (row?.indices.length ?? 0);
  const indices = new Int32Array(indptr[rows.length]);
  const values = new Values(indices.length);
  for (const [i, row] of rows.entries()) {
    if (!row) continue;
    indices.set(row.indices, indptr[i]);
    values.set(row.values, indptr[i]);
  }
  return { kind: "csr", spotStart: 0, spotCount: rows.length, width, indptr, indices, values };
}
