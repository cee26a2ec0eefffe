import {
  type ChunkSource,
  type CsrChunk,
  FormatError,
  type Notice,
  resolveSpotRange,
} from "@flashdeconv/core";
import { copyCounts, copyIndices } from "./copy-numbers.js";
import { orderRows, type RowRepairs } from "./order-rows.js";
import { readOffsets } from "./read-offsets.js";
import { countArray, type SparseMatrix } from "./sparse-matrix.js";
import { vectorCursor } from "./vector-cursor.js";

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

/**
 * The rows of a CSR matrix. Reads only the stored chunks that the asked rows touch, each once a pass, `data` and
 * `indices` side by side. Yielded chunks end where a stored chunk of `data` ends, as near as row boundaries allow, so
 * that at most one stored chunk of each array is held between yields.
 */
export function csrSource(matrix: SparseMatrix, options: SourceOptions): ChunkSource<CsrChunk> {
  const [spotCount, width] = matrix.shape;
  let known: Float64Array | undefined;
  return {
    spotCount,
    width,
    async *chunks({ spotRange, signal, onProgress, onNotice = options.onNotice } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      signal?.throwIfAborted();
      if (start === end) return;
      known ??= await readOffsets(matrix.indptr, matrix.itemCount, signal);
      const offsets = known;
      const data = vectorCursor(matrix.data, "refuse", signal);
      const indices = vectorCursor(matrix.indices, missingIndices(matrix), signal);
      const repairs = { unsorted: false, repeated: false };

      for (let row = start; row < end; ) {
        const stop = blockEnd(offsets, row, end, matrix.data.metadata.chunkShape[0], options.valuesPerChunk);
        const from = offsets[row];
        const to = offsets[stop];
        if (to - from > Math.max(ROW_LIMIT, options.valuesPerChunk)) throw tooLong(matrix, row, to - from);
        const block = {
          indptr: Int32Array.from({ length: stop - row + 1 }, (_, i) => offsets[row + i] - from),
          indices: new Int32Array(to - from),
          values: countArray(matrix.data, to - from),
        };
        await Promise.all([
          data.read(from, to, (piece) =>
            copyCounts(matrix.data, piece.data, piece.from, piece.to, block.values, piece.at),
          ),
          indices.read(from, to, (piece) =>
            copyIndices(matrix.indices, piece.data, piece.from, piece.to, block.indices, piece.at, width),
          ),
        ]);
        const ordered = orderRows(block, repairs);
        signal?.throwIfAborted();
        yield { kind: "csr", spotStart: row, spotCount: stop - row, width, ...ordered };
        row = stop;
        onProgress?.({ spotsDone: row - start, spotCount: end - start });
      }
      tellRepairs(matrix.path, repairs, onNotice);
    },
  };
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

/** A lost chunk of `indices` cannot be told from zeros, unless it is one index. */
export function missingIndices(matrix: SparseMatrix): "fill" | "refuse" {
  return matrix.indices.metadata.chunkShape[0] === 1 ? "fill" : "refuse";
}

/**
 * Where a block of rows that begins at `row` ends: within the entries allowed, the last row that ends at or before a
 * boundary of stored chunks; at least one row.
 */
function blockEnd(
  offsets: Float64Array,
  row: number,
  end: number,
  chunkLength: number,
  valuesPerChunk: number,
): number {
  const most = offsets[row] + valuesPerChunk;
  const boundary = Math.floor(most / chunkLength) * chunkLength;
  const limit = boundary > offsets[row] ? boundary : most;
  let low = row + 1;
  let high = Math.min(end, row + ROWS_PER_CHUNK);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle] <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

function tooLong(matrix: SparseMatrix, row: number, length: number): FormatError {
  return new FormatError({
    path: matrix.indptr.path,
    found: `${length} entries in row ${row}`,
    expected: `about ${matrix.shape[1]} at most, the number of columns`,
    remedy: "The sparse matrix is damaged: write the store again.",
  });
}
