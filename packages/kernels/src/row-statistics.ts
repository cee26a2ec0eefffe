import type { CsrChunk, Values } from "@flashdeconv/core";
import { compileKernel } from "./compile-kernel.js";
import { rowStatisticsWasm } from "./generated/row-statistics-wasm.js";
import { reserve } from "./reserve.js";
import { requireTaken, reserveRowBlock, rowLoader } from "./row-block.js";

/** What rows are summarised with. n genes, K types. */
export interface RowTables {
  readonly typeCount: number;
  readonly geneCount: number;
  /** n x K, a row per gene. */
  readonly projection: Float64Array;
  /** One bucket in `0 .. dimension - 1` and one value per gene; none for exact statistics. */
  readonly sketch?: { readonly dimension: number; readonly bucket: Int32Array; readonly value: Float64Array };
}

export interface RowStatistics {
  /**
   * Reduces each row to K + 1 numbers: its products with the K columns of the projection, and its squared norm in sketch space.
   *
   * @param chunk rows over the n genes, none of more than n entries
   * @param out spotCount x (K + 1), row-major; overwritten
   */
  summarizeRows(chunk: CsrChunk, out: Values): void;
}

interface Exports {
  summarizeFloat32(...args: SummarizeArguments): void;
  summarizeFloat64(...args: SummarizeArguments): void;
}

type SummarizeArguments = [
  rowCount: number,
  indptr: number,
  indices: number,
  values: number,
  projection: number,
  typeCount: number,
  bucket: number,
  amplitude: number,
  sketchRow: number,
  out: number,
];

const ROWS_PER_BLOCK = 256;

/**
 * The kernel over the given tables, which are copied into a memory of its own (8 (K + 1) bytes per gene and 0.3 MB).
 *
 * @throws where the runtime has no WebAssembly with SIMD.
 */
export function rowStatisticsKernel({ typeCount, geneCount, projection, sketch }: RowTables): RowStatistics {
  const module = compileKernel(rowStatisticsWasm);
  const statWidth = typeCount + 1;
  const layout = { top: 64 };
  const tableAt = reserve(layout, 8 * projection.length);
  const bucketAt = sketch ? reserve(layout, 4 * geneCount) : 0;
  const amplitudeAt = sketch ? reserve(layout, 8 * geneCount) : 0;
  const sketchRowAt = reserve(layout, 8 * (sketch?.dimension ?? 0));
  const block = reserveRowBlock(layout, ROWS_PER_BLOCK, geneCount);
  const outAt = reserve(layout, 8 * ROWS_PER_BLOCK * statWidth);

  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.top / 65_536) });
  const { buffer } = memory;
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  new Float64Array(buffer, tableAt).set(projection);
  if (sketch) {
    new Int32Array(buffer, bucketAt).set(sketch.bucket);
    new Float64Array(buffer, amplitudeAt).set(sketch.value);
  }
  const rows = rowLoader(buffer, block);
  const blockOut = new Float64Array(buffer, outAt, ROWS_PER_BLOCK * statWidth);

  return {
    summarizeRows(chunk: CsrChunk, out: Values): void {
      const { spotCount, values } = chunk;
      const summarize = values instanceof Float64Array ? kernel.summarizeFloat64 : kernel.summarizeFloat32;
      for (let row = 0; row < spotCount; ) {
        const rowCount = rows.takeValues(chunk, row, spotCount);
        requireTaken(rowCount, chunk, row);
        rows.takeIndices();
        summarize(
          rowCount,
          block.indptrAt,
          block.indicesAt,
          block.valuesAt,
          tableAt,
          typeCount,
          bucketAt,
          amplitudeAt,
          sketchRowAt,
          outAt,
        );
        out.set(blockOut.subarray(0, rowCount * statWidth), row * statWidth);
        row += rowCount;
      }
    },
  };
}
