/** What had to be repaired in the rows of a chunk. */
export interface RowRepairs {
  unsorted: boolean;
  repeated: boolean;
}

/** Rows of a sparse matrix by themselves. */
export interface Rows {
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array | Float64Array;
}

/** Whether column indices ascend strictly in every row and lie in `0 .. width - 1`: one look at each, for the usual case. */
export function rowsAscend({ indptr, indices }: Rows, width: number): boolean {
  for (let row = 0; row + 1 < indptr.length; row++) {
    const end = indptr[row + 1];
    let previous = -1;
    for (let i = indptr[row]; i < end; i++) {
      const index = indices[i];
      if (index <= previous) return false;
      previous = index;
    }
    if (previous >= width) return false;
  }
  return true;
}

/**
 * Makes column indices ascend strictly in every row: rows out of order are sorted, entries of one column are added in the
 * order they are stored. Works in place where nothing is repeated; reports what it found in `repairs`.
 */
export function orderRows(rows: Rows, repairs: RowRepairs): Rows {
  const { indptr, indices } = rows;
  let repeated = false;
  for (let row = 0; row + 1 < indptr.length; row++) {
    let unsorted = false;
    for (let i = indptr[row] + 1; i < indptr[row + 1]; i++) {
      if (indices[i] < indices[i - 1]) unsorted = true;
      else if (indices[i] === indices[i - 1]) repeated = true;
    }
    if (!unsorted) continue;
    repairs.unsorted = true;
    repeated = sortRow(rows, indptr[row], indptr[row + 1]) || repeated;
  }
  if (!repeated) return rows;
  repairs.repeated = true;
  return sumRepeated(rows);
}

/** Sorts one row by column, keeping the stored order within a column; tells whether a column comes twice. */
function sortRow({ indices, values }: Rows, start: number, end: number): boolean {
  const order = Array.from({ length: end - start }, (_, i) => start + i);
  order.sort((a, b) => indices[a] - indices[b]);
  const sortedIndices = order.map((i) => indices[i]);
  const sortedValues = order.map((i) => values[i]);
  indices.set(sortedIndices, start);
  values.set(sortedValues, start);
  return sortedIndices.some((index, i) => i > 0 && index === sortedIndices[i - 1]);
}

function sumRepeated({ indptr, indices, values }: Rows): Rows {
  const newIndptr = new Int32Array(indptr.length);
  let written = 0;
  for (let row = 0; row + 1 < indptr.length; row++) {
    const rowStart = written;
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      if (written > rowStart && indices[written - 1] === indices[i]) {
        values[written - 1] += values[i];
      } else {
        indices[written] = indices[i];
        values[written] = values[i];
        written++;
      }
    }
    newIndptr[row + 1] = written;
  }
  return { indptr: newIndptr, indices: indices.slice(0, written), values: values.slice(0, written) };
}
