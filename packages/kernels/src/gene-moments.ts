import type { CsrChunk } from "@flashdeconv/core";
import { compileKernel } from "./compile-kernel.js";
import { geneMomentsWasm } from "./generated/gene-moments-wasm.js";
import { reserve } from "./reserve.js";
import { requireTaken, reserveRowBlock, rowLoader } from "./row-block.js";

/** Which gene, of n, each column is; -1 for one whose counts are passed over. */
export interface MomentColumns {
  readonly geneCount: number;
  readonly geneOfColumn: Int32Array;
}

/**
 * Adds rows `start .. end` of a chunk to `sums`: for each gene of v, of v^2 and of the count, with v = ln(1 + `targetSum` y / library size) and
 * the library size that of the row over the genes, at least 1. Three numbers per gene, side by side.
 */
export type AddRowMoments = (sums: Float64Array, chunk: CsrChunk, start: number, end: number) => void;

interface Exports {
  readonly scanCounts: (
    rowCount: number,
    indptr: number,
    values: number,
    totals: number,
    greatest: number,
  ) => number;
  readonly sumKept: (
    rowCount: number,
    indptr: number,
    indices: number,
    counts: number,
    offsets: number,
    dropped: number,
    totals: number,
  ) => void;
  readonly addRows: (
    rowCount: number,
    indptr: number,
    indices: number,
    counts: number,
    offsets: number,
    sums: number,
    logs: number,
    logAt: number,
  ) => void;
}

const ROWS_PER_BLOCK = 64;
/** Rows with a greater count go to the twin, which knows when a table of logarithms does not pay. */
const MOST_TABLED = 1023;

/**
 * The kernel, in a memory of its own (24 bytes per gene, 4 per column, 0.5 MB). What it is not made for goes to the `twin`, which is
 * given the kernel's own sums: values that are not raw counts, great counts, and double precision.
 *
 * @throws where the runtime has no WebAssembly with SIMD.
 */
export function geneMomentsKernel(
  { geneCount, geneOfColumn }: MomentColumns,
  targetSum: number,
  twin: AddRowMoments,
): AddRowMoments {
  const module = compileKernel(geneMomentsWasm);
  const width = geneOfColumn.length;
  const layout = { top: 64 };
  // What is dropped is added to the sums of one gene more, which nobody reads.
  const sumsAt = reserve(layout, 24 * (geneCount + 1));
  const offsetsAt = reserve(layout, 4 * width);
  const block = reserveRowBlock(layout, ROWS_PER_BLOCK, width);
  const { entryCount, indptrAt, indicesAt, valuesAt } = block;
  const totalsAt = reserve(layout, 4 * ROWS_PER_BLOCK);
  const greatestAt = reserve(layout, 4 * ROWS_PER_BLOCK);
  const logAtAt = reserve(layout, 4 * ROWS_PER_BLOCK);
  // A row's table is no longer than the row, and one for the count 0.
  const logsAt = reserve(layout, 16 * (entryCount + ROWS_PER_BLOCK));

  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.top / 65_536) });
  const { buffer } = memory;
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const ownSums = new Float64Array(buffer, sumsAt, 3 * geneCount);
  const offsets = new Int32Array(buffer, offsetsAt, width);
  const indptr = new Int32Array(buffer, indptrAt, ROWS_PER_BLOCK + 1);
  const rows = rowLoader(buffer, block);
  const totals = new Int32Array(buffer, totalsAt, ROWS_PER_BLOCK);
  const greatest = new Int32Array(buffer, greatestAt, ROWS_PER_BLOCK);
  const logAt = new Int32Array(buffer, logAtAt, ROWS_PER_BLOCK);
  const logs = new Float64Array(buffer, logsAt, 2 * (entryCount + ROWS_PER_BLOCK));
  const dropped = 24 * geneCount;
  let keepsAll = true;
  for (let column = 0; column < width; column++) {
    const gene = geneOfColumn[column];
    if (gene < 0) keepsAll = false;
    offsets[column] = gene < 0 ? dropped : 24 * gene;
  }

  /** False where the rows that were brought in are none for a table each. */
  function fillLogs(rowCount: number): boolean {
    let filled = 0;
    for (let row = 0; row < rowCount; row++) {
      const most = greatest[row];
      if (most > MOST_TABLED || most > indptr[row + 1] - indptr[row]) return false;
      const scale = targetSum / Math.max(totals[row], 1);
      logAt[row] = filled;
      for (let count = 0; count <= most; count++, filled++) {
        const value = Math.log1p(scale * count);
        logs[2 * filled] = value;
        logs[2 * filled + 1] = value * value;
      }
    }
    return true;
  }

  return (sums, chunk, start, end) => {
    if (!(chunk.values instanceof Float32Array)) return twin(sums, chunk, start, end);
    ownSums.set(sums);
    for (let row = start; row < end; ) {
      const rowCount = rows.takeValues(chunk, row, end);
      requireTaken(rowCount, chunk, row);
      const isWhole = kernel.scanCounts(rowCount, indptrAt, valuesAt, totalsAt, greatestAt) !== 0;
      if (isWhole) {
        rows.takeIndices();
        if (!keepsAll) kernel.sumKept(rowCount, indptrAt, indicesAt, valuesAt, offsetsAt, dropped, totalsAt);
      }
      if (isWhole && fillLogs(rowCount)) {
        kernel.addRows(rowCount, indptrAt, indicesAt, valuesAt, offsetsAt, sumsAt, logsAt, logAtAt);
      } else twin(ownSums, chunk, row, row + rowCount);
      row += rowCount;
    }
    sums.set(ownSums);
  };
}
