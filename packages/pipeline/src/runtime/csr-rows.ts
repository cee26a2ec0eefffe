import type { CsrChunk, Values } from "@flashdeconv/core";

/** A row of a sparse matrix by itself. */
export interface CsrRow {
  /** Columns, ascending. */
  readonly indices: Int32Array;
  readonly values: Values;
}

/** A sparse matrix that is made row by row, in memory that grows by doubling. */
export interface CsrBuilder {
  add(row: CsrRow): void;
  /** All rows, in memory of the builder. */
  finish(): CsrChunk;
}

const FIRST_ROOM = 2 ** 14;

export function buildCsr<V extends Values>(width: number, Values: new (length: number) => V): CsrBuilder {
  let indices = new Int32Array(FIRST_ROOM);
  let values = new Values(FIRST_ROOM);
  const ends: number[] = [0];
  const grow = (least: number) => {
    const room = Math.max(least, 2 * indices.length);
    const [oldIndices, oldValues] = [indices, values];
    indices = new Int32Array(room);
    values = new Values(room);
    indices.set(oldIndices);
    values.set(oldValues);
  };
  return {
    add(row) {
      const start = ends[ends.length - 1];
      const end = start + row.indices.length;
      if (end > indices.length) grow(end);
      indices.set(row.indices, start);
      values.set(row.values, start);
      ends.push(end);
    },
    finish() {
      const end = ends[ends.length - 1];
      const indptr = Int32Array.from(ends);
      const rows = { indptr, indices: indices.subarray(0, end), values: values.subarray(0, end) };
      return { kind: "csr", spotStart: 0, spotCount: ends.length - 1, width, ...rows };
    },
  };
}
