import { type ChunkSource, type CsrChunk, type DenseChunk, mapChunks, type Values } from "@flashdeconv/core";
import {
  chooseKernel,
  type KernelChoice,
  type RowStatistics,
  rowStatisticsKernel,
} from "@flashdeconv/kernels";
import type { SketchStatistics } from "./build-statistics.js";
import { checkChunkWidth, checkOutLength } from "./check-shape.js";
import { summarizeRows } from "./summarize-rows.js";

/** The statistics with the scratch memory that summarising needs. One per thread: it is written to. */
export interface Summarizer {
  readonly statistics: SketchStatistics;
  /** Items per spot of what `summarizeChunk` writes: K + 1. */
  readonly statWidth: number;
  /** What runs over the rows: a WebAssembly kernel or its twin. */
  readonly rows: RowStatistics;
}

/**
 * @param kernels `"auto"` by default: WebAssembly where the runtime has it with SIMD. The bits are the same either way.
 * @throws OptionError for `"wasm"` where there is none.
 */
export function buildSummarizer(statistics: SketchStatistics, kernels: KernelChoice = "auto"): Summarizer {
  const sketchRow = new Float64Array(statistics.sketch?.dimension ?? 0);
  const twin: RowStatistics = {
    summarizeRows: (chunk, out) => summarizeRows(statistics, chunk, sketchRow, out),
  };
  const rows = chooseKernel(kernels, () => rowStatisticsKernel(statistics)) ?? twin;
  return { statistics, statWidth: statistics.typeCount + 1, rows };
}

/**
 * Reduces each spot to K + 1 numbers: h = (y S)(X S)', and |y S|^2, which only the objective needs. Costs one
 * multiply-add per stored value and type.
 *
 * @param chunk normalised values over the selected genes
 * @param out spotCount x (K + 1), row-major: h_1 .. h_K, |y S|^2; overwritten
 * @throws ShapeError when the chunk's width is not the number of genes or `out` has another length.
 */
export function summarizeChunk(
  { statistics, statWidth, rows }: Summarizer,
  chunk: CsrChunk,
  out: Values,
): void {
  checkChunkWidth(chunk, statistics.geneCount);
  checkOutLength(out, chunk.spotCount * statWidth);
  rows.summarizeRows(chunk, out);
}

/** A view of normalised counts as their statistics: K + 1 numbers per spot, as `summarizeChunk` writes them. */
export function summarized(
  source: ChunkSource<CsrChunk>,
  statistics: SketchStatistics,
  kernels: KernelChoice = "auto",
): ChunkSource<DenseChunk> {
  const summarizer = buildSummarizer(statistics, kernels);
  const width = summarizer.statWidth;
  checkChunkWidth(source, statistics.geneCount);
  return mapChunks<CsrChunk, DenseChunk>(
    source,
    (chunk) => {
      const { spotStart, spotCount } = chunk;
      const values = new Float64Array(spotCount * width);
      summarizeChunk(summarizer, chunk, values);
      return { kind: "dense", spotStart, spotCount, width, values };
    },
    width,
  );
}
