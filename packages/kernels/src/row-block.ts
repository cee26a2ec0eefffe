import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { reserve } from "./reserve.js";

/** Few enough entries, 12 bytes each, to stay in the processor's cache. */
const ENTRIES_PER_BLOCK = 16_384;

/** Room in a kernel's memory for some rows at a time, and where it lies. */
export interface RowBlock {
  readonly rowCount: number;
  readonly entryCount: number;
  readonly indptrAt: number;
  readonly indicesAt: number;
  readonly valuesAt: number;
}

/** Copies rows of a chunk into a block, where their entries begin at 0. */
export interface RowLoader {
  /** Takes rows from `row` on, up to `end`, as many as fit, but for their columns. Returns how many: 0 where even one is too long. */
  takeValues(chunk: CsrChunk, row: number, end: number): number;
  /** Copies the columns of the rows that were taken. */
  takeIndices(): void;
}

/** @throws ShapeError where no row was taken: one that is longer than there are columns names some twice, and would never fit. */
export function requireTaken(rowCount: number, { indptr, width, spotStart }: CsrChunk, row: number): void {
  if (rowCount > 0) return;
  throw new ShapeError({
    subject: `row ${spotStart + row}`,
    found: numbered(indptr[row + 1] - indptr[row], "entry"),
    expected: `at most ${width}, one for each column`,
    remedy: "Add up the entries that a row has of the same column.",
  });
}

/**
 * @param rowCount most rows of a block
 * @param longest entries of a row that are sure to fit
 */
export function reserveRowBlock(layout: { top: number }, rowCount: number, longest = 0): RowBlock {
  const entryCount = Math.max(ENTRIES_PER_BLOCK, longest);
  return {
    rowCount,
    entryCount,
    indptrAt: reserve(layout, 4 * (rowCount + 1)),
    indicesAt: reserve(layout, 4 * entryCount),
    valuesAt: reserve(layout, 8 * entryCount),
  };
}

export function rowLoader(buffer: ArrayBuffer, block: RowBlock): RowLoader {
  const { rowCount, entryCount } = block;
  const indptr = new Int32Array(buffer, block.indptrAt, rowCount + 1);
  const indices = new Int32Array(buffer, block.indicesAt, entryCount);
  const singles = new Float32Array(buffer, block.valuesAt, entryCount);
  const doubles = new Float64Array(buffer, block.valuesAt, entryCount);
  let columns = indices.subarray(0, 0) as Int32Array;
  return {
    takeValues(chunk, row, end) {
      const first = chunk.indptr[row];
      const most = Math.min(rowCount, end - row);
      let count = 0;
      while (count < most && chunk.indptr[row + count + 1] - first <= entryCount) count++;
      for (let i = 0; i <= count; i++) indptr[i] = chunk.indptr[row + i] - first;
      const last = chunk.indptr[row + count];
      columns = chunk.indices.subarray(first, last);
      const values = chunk.values.subarray(first, last);
      (values instanceof Float32Array ? singles : doubles).set(values);
      return count;
    },
    takeIndices: () => indices.set(columns),
  };
}
