import type { RecordPiece } from "./buckets.js";
import { RECORD_BYTES, recordsOf } from "./buckets.js";

/** Entries by rows; of a column that a row names more than once the values are added up. */
export interface SortedEntries {
  /** Rows + 1 items. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** How many entries there are, in how many rows and columns. */
export interface EntryShape {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly entryCount: number;
}

/**
 * Puts the records of a bucket in order.
 *
 * @param rowOf the place of a record's row among the rows
 */
export async function sortEntries(
  pieces: AsyncIterable<RecordPiece>,
  shape: EntryShape,
  rowOf: (row: number) => number,
): Promise<SortedEntries> {
  // Of few and large rows the sums are fewer than the entries.
  const isFull = shape.rowCount * shape.columnCount <= shape.entryCount;
  return isFull ? addUp(pieces, shape, rowOf) : scatter(pieces, shape, rowOf);
}

async function addUp(
  pieces: AsyncIterable<RecordPiece>,
  { rowCount, columnCount }: EntryShape,
  rowOf: (row: number) => number,
): Promise<SortedEntries> {
  const sums = new Float64Array(rowCount * columnCount);
  const isMet = new Uint8Array(rowCount * columnCount);
  for await (const { length, rows, columns, values } of pieces) {
    for (let at = 0; at < 3 * length; at += 3) {
      const place = rowOf(rows[at]) * columnCount + columns[at + 1];
      sums[place] += values[at + 2];
      isMet[place] = 1;
    }
  }
  const count = isMet.reduce((sum, one) => sum + one, 0);
  const sorted = { indptr: new Int32Array(rowCount + 1), ...newEntries(count) };
  let length = 0;
  for (let row = 0, place = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++, place++) {
      if (isMet[place] === 0) continue;
      sorted.indices[length] = column;
      sorted.values[length++] = sums[place];
    }
    sorted.indptr[row + 1] = length;
  }
  return sorted;
}

/** Rows by counting, the columns of a row by sorting those that it has. */
async function scatter(
  pieces: AsyncIterable<RecordPiece>,
  { rowCount, columnCount, entryCount }: EntryShape,
  rowOf: (row: number) => number,
): Promise<SortedEntries> {
  const all = recordsOf(new Uint8Array(RECORD_BYTES * entryCount));
  const starts = new Int32Array(rowCount + 1);
  let taken = 0;
  for await (const { length, rows } of pieces) {
    all.rows.set(rows, 3 * taken);
    for (let i = taken; i < taken + length; i++) {
      const row = rowOf(all.rows[3 * i]);
      all.rows[3 * i] = row;
      starts[row + 1]++;
    }
    taken += length;
  }
  for (let row = 0; row < rowCount; row++) starts[row + 1] += starts[row];
  const next = starts.slice();
  const { indices, values } = newEntries(taken);
  for (let at = 0; at < 3 * taken; at += 3) {
    const place = next[all.rows[at]]++;
    indices[place] = all.columns[at + 1];
    values[place] = all.values[at + 2];
  }
  return orderColumns({ indptr: starts, indices, values }, columnCount);
}

/** Puts the columns of each row in order and adds up what is told twice, where it lies. */
function orderColumns({ indptr, indices, values }: SortedEntries, columnCount: number): SortedEntries {
  const sums = new Float64Array(columnCount);
  const isMet = new Uint8Array(columnCount);
  let length = 0;
  let from = 0;
  for (let row = 0; row + 1 < indptr.length; row++) {
    const begin = length;
    const to = indptr[row + 1];
    if (isAscending(indices, from, to)) {
      // As files that name one gene after the other have them.
      for (let i = from; i < to; i++) {
        indices[length] = indices[i];
        values[length++] = values[i];
      }
    } else {
      for (let i = from; i < to; i++) {
        const column = indices[i];
        sums[column] += values[i];
        if (isMet[column] === 0) indices[length++] = column;
        isMet[column] = 1;
      }
      indices.subarray(begin, length).sort();
      for (let i = begin; i < length; i++) {
        values[i] = sums[indices[i]];
        sums[indices[i]] = 0;
        isMet[indices[i]] = 0;
      }
    }
    indptr[row + 1] = length;
    from = to;
  }
  return { indptr, indices: indices.subarray(0, length), values: values.subarray(0, length) };
}

function isAscending(indices: Int32Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (indices[i] <= indices[i - 1]) return false;
  return true;
}

function newEntries(count: number) {
  return { indices: new Int32Array(count), values: new Float32Array(count) };
}
