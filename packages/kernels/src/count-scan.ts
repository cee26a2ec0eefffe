import type { CsrChunk } from "@flashdeconv/core";
import { compileKernel } from "./compile-kernel.js";
import { countScanWasm } from "./generated/count-scan-wasm.js";
import { reserve } from "./reserve.js";
import { reserveRowBlock, rowLoader } from "./row-block.js";

/** Rows that were looked at. Arrays hold until the next call. */
export interface ScannedRows {
  /** Rows from the one that was asked for on; at least 1. */
  readonly rowCount: number;
  /** Whether all their values are whole numbers above 0 whose sums are below 2^31. The arrays mean nothing otherwise. */
  readonly isPlain: boolean;
  readonly totals: Int32Array;
  readonly greatest: Int32Array;
}

export interface CountScan {
  /** Looks at some rows of a chunk from `row` on; undefined for values that it is not made for (double precision). */
  scanRows(chunk: CsrChunk, row: number): ScannedRows | undefined;
}

interface Exports {
  readonly scanRows: (
    rowCount: number,
    indptr: number,
    values: number,
    totals: number,
    greatest: number,
  ) => number;
}

const ROWS_PER_BLOCK = 64;

/**
 * The kernel, in a memory of its own (0.2 MB). A row longer than a block is left to the twin.
 *
 * @throws where the runtime has no WebAssembly with SIMD.
 */
export function countScanKernel(): CountScan {
  const module = compileKernel(countScanWasm);
  const layout = { top: 64 };
  const block = reserveRowBlock(layout, ROWS_PER_BLOCK);
  const totalsAt = reserve(layout, 4 * ROWS_PER_BLOCK);
  const greatestAt = reserve(layout, 4 * ROWS_PER_BLOCK);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.top / 65_536) });
  const { buffer } = memory;
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const rows = rowLoader(buffer, block);
  const totals = new Int32Array(buffer, totalsAt, ROWS_PER_BLOCK);
  const greatest = new Int32Array(buffer, greatestAt, ROWS_PER_BLOCK);
  return {
    scanRows(chunk, row) {
      if (!(chunk.values instanceof Float32Array)) return undefined;
      const rowCount = rows.takeValues(chunk, row, chunk.spotCount);
      if (rowCount === 0) return { rowCount: 1, isPlain: false, totals, greatest };
      const isPlain = kernel.scanRows(rowCount, block.indptrAt, block.valuesAt, totalsAt, greatestAt) !== 0;
      return { rowCount, isPlain, totals, greatest };
    },
  };
}
