import { type ChunkSource, type CsrChunk, FormatError, type Notice, type SpotRange } from "@flashdeconv/core";
import { numbered, resolveSpotRange } from "@flashdeconv/core/internal";
import { checkIndices } from "./copy-numbers.js";
import { orderRows, type RowRepairs, type Rows, rowsAscend } from "./order-rows.js";
import { type Offsets, readOffsets } from "./read-offsets.js";
import { rowReader } from "./row-reader.js";
import type { SparseMatrix } from "./sparse-matrix.js";

export interface SourceOptions {
  /** Most entries of a yielded chunk (8 or 12 bytes each); a single row may hold more. */
  readonly valuesPerChunk: number;
  /** Told what was repaired where the pass itself is given no listener. */
  readonly onNotice?: (notice: Notice) => void;
}

/** Most rows of a yielded chunk, for stretches of empty rows. */
export const ROWS_PER_CHUNK = 65_536;

/** A row of more entries than this is taken for damage; far beyond the number of genes there are. */
const ROW_LIMIT = 2 ** 27;

/** Stored chunks shorter than this are joined before they are handed on. */
const LEAST_WHOLE_CHUNK = 2 ** 16;

/**
 * The rows of a CSR matrix. Reads only the stored chunks that the asked rows touch, each once a pass, `data` and
 * `indices` side by side; at most one stored chunk of each array is held between yields.
 *
 * The rows that lie whole in a stored chunk are yielded as a view of it, without a copy, and the row that two chunks share
 * by itself. Where chunks are small, larger than what may be yielded, or of different lengths, rows are copied, and end
 * where a stored chunk of `data` ends, as near as row boundaries allow.
 */
export function csrSource(matrix: SparseMatrix, options: SourceOptions): ChunkSource<CsrChunk> {
  const [spotCount, width] = matrix.shape;
  const { valuesPerChunk } = options;
  const chunkLength = matrix.data.metadata.chunkShape[0];
  const yieldsWhole = yieldsWholeChunks(matrix, valuesPerChunk);
  let known: Offsets | undefined;
  return {
    spotCount,
    width,
    spotsReadTogether: Math.ceil((chunkLength * spotCount) / Math.max(matrix.itemCount, 1)),
    async *chunks({ spotRange, signal, onProgress, onNotice = options.onNotice } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      signal?.throwIfAborted();
      if (start === end) return;
      known ??= await readOffsets(matrix.indptr, matrix.itemCount, signal);
      const offsets = known;
      const reader = rowReader(matrix, offsets, end, signal);
      const repairs = { unsorted: false, repeated: false };

      for (let row = start; row < end; ) {
        const last = Math.min(end, row + ROWS_PER_CHUNK);
        const whole = yieldsWhole ? wholeRowsEnd(offsets, row, last, chunkLength) : row;
        const isWhole = offsets[whole] > offsets[row];
        const stop = isWhole
          ? whole
          : blockEnd(offsets, { start: row, end: last }, chunkLength, yieldsWhole ? 1 : valuesPerChunk);
        const length = offsets[stop] - offsets[row];
        if (length > Math.max(ROW_LIMIT, valuesPerChunk)) throw tooLong(matrix, row, length);
        const rows = await (isWhole ? reader.take(row, stop) : reader.copy(row, stop));
        const ordered = rowsAscend(rows, width) ? rows : repairRows(matrix, rows, repairs);
        signal?.throwIfAborted();
        yield { kind: "csr", spotStart: row, spotCount: stop - row, width, ...ordered };
        row = stop;
        onProgress?.({ spotsDone: row - start, spotCount: end - start });
      }
      tellRepairs(matrix.path, repairs, onNotice);
    },
  };
}

/** Whether rows are yielded as views of stored chunks: where these are neither small nor large, and those of both arrays alike. */
export function yieldsWholeChunks({ data, indices }: SparseMatrix, valuesPerChunk: number): boolean {
  const chunkLength = data.metadata.chunkShape[0];
  return (
    chunkLength === indices.metadata.chunkShape[0] &&
    chunkLength >= LEAST_WHOLE_CHUNK &&
    chunkLength <= valuesPerChunk
  );
}

function repairRows(matrix: SparseMatrix, rows: Rows, repairs: RowRepairs): Rows {
  checkIndices(matrix.indices, rows.indices, matrix.shape[1]);
  return orderRows(rows, repairs);
}

/** Tells, once a pass, that rows were repaired. */
export function tellRepairs(path: string, repairs: RowRepairs, onNotice?: (notice: Notice) => void): void {
  if (repairs.unsorted) {
    onNotice?.({
      code: "unsorted-indices",
      message: `${path}: column indices of some rows were out of order; they were sorted.`,
    });
  }
  if (repairs.repeated) {
    onNotice?.({
      code: "repeated-indices",
      message: `${path}: some rows name a column more than once; the values of such a column were added up.`,
    });
  }
}

/** Where the rows from `row` on end that lie whole in the stored chunk that `row` begins in; `row` if it does not itself. */
function wholeRowsEnd(offsets: Offsets, row: number, last: number, chunkLength: number): number {
  return lastUpTo(offsets, row, last, (Math.floor(offsets[row] / chunkLength) + 1) * chunkLength);
}

/**
 * Where a block of rows that begins at `start` ends: within the entries allowed, the last row that ends at or before a
 * boundary of stored chunks; at least one row.
 */
function blockEnd(
  offsets: Offsets,
  { start, end }: SpotRange,
  chunkLength: number,
  valuesPerChunk: number,
): number {
  const most = offsets[start] + valuesPerChunk;
  const boundary = Math.floor(most / chunkLength) * chunkLength;
  return lastUpTo(offsets, start + 1, end, boundary > offsets[start] ? boundary : most);
}

/** The last of `low .. high` whose offset is at most `limit`; `low` where none is. */
function lastUpTo(offsets: Offsets, low: number, high: number, limit: number): number {
  let first = low;
  let last = high;
  while (first < last) {
    const middle = (first + last + 1) >> 1;
    if (offsets[middle] <= limit) first = middle;
    else last = middle - 1;
  }
  return first;
}

function tooLong(matrix: SparseMatrix, row: number, length: number): FormatError {
  return new FormatError({
    path: matrix.indptr.path,
    found: `${numbered(length, "entry")} in row ${row}`,
    expected: `about ${matrix.shape[1]} at most, the number of columns`,
    remedy: "The sparse matrix is damaged: write the store again.",
  });
}
