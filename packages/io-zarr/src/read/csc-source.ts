import type { ChunkSource, CsrChunk, SpotRange } from "@flashdeconv/core";
import { resolveSpotRange } from "@flashdeconv/core/internal";
import { columnEntries, type Entries } from "./column-entries.js";
import { ROWS_PER_CHUNK, type SourceOptions, tellRepairs } from "./csr-source.js";
import { orderRows, type Rows } from "./order-rows.js";
import { type Offsets, readOffsets } from "./read-offsets.js";
import { countArray, type SparseMatrix } from "./sparse-matrix.js";

export interface CscSourceOptions extends SourceOptions {
  /** Most bytes of entries held at a time while columns are turned into rows. */
  readonly maxTransposeBytes: number;
}

/** Entries of one block of rows are numbered with 32 bits. */
const MOST_ENTRIES = 2 ** 30;

/**
 * The rows of a CSC matrix (stored by column, that is by gene), transposed within `maxTransposeBytes`.
 *
 * Where all entries fit twice, the stored arrays are read once a pass. Otherwise the rows are cut into blocks whose
 * entries fit: `indices` is read once in all to count the entries of each row, and both arrays once for each block. So a
 * pass over a matrix of `b` times the budget costs `b` reads of it, and smaller spot ranges cost as many as they need.
 */
export function cscSource(matrix: SparseMatrix, options: CscSourceOptions): ChunkSource<CsrChunk> {
  const [spotCount, width] = matrix.shape;
  const entryBytes = 4 + countArray(matrix.data, 0).BYTES_PER_ELEMENT;
  const capacity = Math.min(MOST_ENTRIES, Math.floor(options.maxTransposeBytes / entryBytes));
  const keep = 2 * matrix.itemCount <= capacity;
  let columnOffsets: Offsets | undefined;
  let rowCounts: Int32Array | undefined;
  return {
    spotCount,
    width,
    spotsReadTogether: spotCount,
    async *chunks({ spotRange, signal, onProgress, onNotice = options.onNotice } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      signal?.throwIfAborted();
      if (start === end) return;
      columnOffsets ??= await readOffsets(matrix.indptr, matrix.itemCount, signal);
      const entries = await columnEntries(matrix, keep, signal);
      rowCounts ??= await countRows(entries, spotCount);
      const repairs = { unsorted: false, repeated: false };

      for (let blockStart = start; blockStart < end; ) {
        const left = { start: blockStart, end };
        const blockEnd = runEnd(rowCounts, left, keep ? Infinity : capacity, Infinity);
        const columns = { entries, offsets: columnOffsets, rowCounts };
        const block = await transpose(matrix, columns, { start: blockStart, end: blockEnd });
        for (let row = blockStart; row < blockEnd; ) {
          const rest = { start: row, end: blockEnd };
          const stop = runEnd(rowCounts, rest, options.valuesPerChunk, ROWS_PER_CHUNK);
          const rows = orderRows(sliceRows(block, row - blockStart, stop - blockStart), repairs);
          signal?.throwIfAborted();
          yield { kind: "csr", spotStart: row, spotCount: stop - row, width, ...rows };
          row = stop;
          onProgress?.({ spotsDone: row - start, spotCount: end - start });
        }
        blockStart = blockEnd;
      }
      tellRepairs(matrix.path, repairs, onNotice);
    },
  };
}

async function countRows(entries: Entries, spotCount: number): Promise<Int32Array> {
  const counts = new Int32Array(spotCount);
  await entries.eachIndices((rows) => {
    for (let i = 0; i < rows.length; i++) counts[rows[i]]++;
  });
  return counts;
}

interface Columns {
  readonly entries: Entries;
  readonly offsets: Offsets;
  /** Entries of each row. */
  readonly rowCounts: Int32Array;
}

/** Rows `start .. end`. Columns are visited in order, so that the entries of each row come out in ascending columns. */
async function transpose(
  matrix: SparseMatrix,
  { entries, offsets, rowCounts }: Columns,
  { start, end }: SpotRange,
): Promise<Rows> {
  const indptr = new Int32Array(end - start + 1);
  for (let row = start; row < end; row++) indptr[row - start + 1] = indptr[row - start] + rowCounts[row];
  const next = indptr.slice(0, end - start);
  const indices = new Int32Array(indptr[end - start]);
  const values = countArray(matrix.data, indices.length);
  let column = 0;
  await entries.each((at, rows, counts) => {
    for (let i = 0; i < rows.length; i++) {
      while (offsets[column + 1] <= at + i) column++;
      const row = rows[i];
      if (row < start || row >= end) continue;
      const target = next[row - start]++;
      indices[target] = column;
      values[target] = counts[i];
    }
  });
  return { indptr, indices, values };
}

/** Where a run of rows that begins at `start` ends when it may hold so many entries and rows; at least one row. */
function runEnd(
  counts: Int32Array,
  { start, end }: SpotRange,
  mostEntries: number,
  mostRows: number,
): number {
  const last = Math.min(end, start + mostRows);
  let total = counts[start];
  let stop = start + 1;
  while (stop < last && total + counts[stop] <= mostEntries) total += counts[stop++];
  return stop;
}

function sliceRows({ indptr, indices, values }: Rows, from: number, to: number): Rows {
  const first = indptr[from];
  return {
    indptr: indptr.slice(from, to + 1).map((offset) => offset - first),
    indices: indices.slice(first, indptr[to]),
    values: values.slice(first, indptr[to]),
  };
}
