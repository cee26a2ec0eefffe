/** Entries of some rows: row (counted from the first), column, value. */
export interface Entries {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** The same by rows; of a column that a row names more than once the values are added up. */
export interface SortedEntries {
  /** Rows + 1 items. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Room for the columns of one row while they are put in order; made once for many calls. */
export interface SortRoom {
  readonly sums: Float64Array;
  readonly isMet: Uint8Array;
}

export function sortRoom(columnCount: number): SortRoom {
  return { sums: new Float64Array(columnCount), isMet: new Uint8Array(columnCount) };
}

/**
 * Puts entries in order: rows by counting, the columns of a row by sorting those that it has.
 *
 * @param rowCount rows there are; all of `rows` lie below it
 */
export function sortEntries(
  { rows, columns, values }: Entries,
  rowCount: number,
  room: SortRoom,
): SortedEntries {
  const starts = new Int32Array(rowCount + 1);
  for (let i = 0; i < rows.length; i++) starts[rows[i] + 1]++;
  for (let row = 0; row < rowCount; row++) starts[row + 1] += starts[row];
  const order = new Int32Array(rows.length);
  const next = starts.slice();
  for (let i = 0; i < rows.length; i++) order[next[rows[i]]++] = i;

  const { sums, isMet } = room;
  const indices = new Int32Array(rows.length);
  const sorted = new Float32Array(rows.length);
  const indptr = new Int32Array(rowCount + 1);
  let length = 0;
  for (let row = 0; row < rowCount; row++) {
    const begin = length;
    for (let i = starts[row]; i < starts[row + 1]; i++) {
      const column = columns[order[i]];
      sums[column] += values[order[i]];
      if (isMet[column] === 0) indices[length++] = column;
      isMet[column] = 1;
    }
    indices.subarray(begin, length).sort();
    for (let i = begin; i < length; i++) {
      sorted[i] = sums[indices[i]];
      sums[indices[i]] = 0;
      isMet[indices[i]] = 0;
    }
    indptr[row + 1] = length;
  }
  return { indptr, indices: indices.subarray(0, length), values: sorted.subarray(0, length) };
}
