import { type ChunkSource, type CsrChunk, type DenseChunk, mapChunks, type Values } from "@flashdeconv/core";
import type { SketchStatistics } from "./build-statistics.js";
import { checkChunkWidth, checkOutLength } from "./check-shape.js";

/** The statistics with the scratch memory that summarising needs. One per thread: it is written to. */
export interface Summarizer {
  readonly statistics: SketchStatistics;
  /** Items per spot of what `summarizeChunk` writes: K + 1. */
  readonly statWidth: number;
  /** d numbers, all 0 between spots; empty without a sketch. */
  readonly sketchRow: Float64Array;
}

export function buildSummarizer(statistics: SketchStatistics): Summarizer {
  return {
    statistics,
    statWidth: statistics.typeCount + 1,
    sketchRow: new Float64Array(statistics.sketch?.dimension ?? 0),
  };
}

/**
 * Reduces each spot to K + 1 numbers: h = (y S)(X S)', and |y S|^2, which only the objective needs. Costs one
 * multiply-add per stored value and type.
 *
 * @param chunk normalised values over the selected genes
 * @param out spotCount x (K + 1), row-major: h_1 .. h_K, |y S|^2; overwritten
 * @throws ShapeError when the chunk's width is not the number of genes or `out` has another length.
 */
export function summarizeChunk(summarizer: Summarizer, chunk: CsrChunk, out: Values): void {
  const { statistics, statWidth, sketchRow } = summarizer;
  const { typeCount, projection, sketch } = statistics;
  const { spotCount, indptr, values } = chunk;
  checkChunkWidth(chunk, statistics.geneCount);
  checkOutLength(out, spotCount * statWidth);
  for (let spot = 0; spot < spotCount; spot++) {
    const from = indptr[spot];
    const to = indptr[spot + 1];
    const at = spot * statWidth;
    projectRow(chunk, from, to, projection, typeCount, out, at);
    out[at + typeCount] = sketch
      ? sketchedSquareNorm(chunk, from, to, sketch.bucket, sketch.value, sketchRow)
      : squareNorm(values, from, to);
  }
}

/**
 * Writes h of one row to `out[at ..]`. Four types at a time, summed in full precision whatever the output is; each sum takes the
 * row's entries in order.
 */
function projectRow(
  { indices, values }: CsrChunk,
  from: number,
  to: number,
  projection: Float64Array,
  typeCount: number,
  out: Values,
  at: number,
): void {
  let type = 0;
  for (; type + 3 < typeCount; type += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = from; i < to; i++) {
      const value = values[i];
      const offset = indices[i] * typeCount + type;
      a += value * projection[offset];
      b += value * projection[offset + 1];
      c += value * projection[offset + 2];
      d += value * projection[offset + 3];
    }
    out[at + type] = a;
    out[at + type + 1] = b;
    out[at + type + 2] = c;
    out[at + type + 3] = d;
  }
  for (; type < typeCount; type++) {
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i] * projection[indices[i] * typeCount + type];
    out[at + type] = sum;
  }
}

/** A view of normalised counts as their statistics: K + 1 numbers per spot, as `summarizeChunk` writes them. */
export function summarized(
  source: ChunkSource<CsrChunk>,
  statistics: SketchStatistics,
): ChunkSource<DenseChunk> {
  const summarizer = buildSummarizer(statistics);
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

/** |y S|^2 of one row. Scatters it into `sketchRow`, then sums the touched buckets and clears them again. */
function sketchedSquareNorm(
  { indices, values }: CsrChunk,
  from: number,
  to: number,
  bucket: Int32Array,
  amplitude: Float64Array,
  sketchRow: Float64Array,
): number {
  for (let i = from; i < to; i++) {
    const gene = indices[i];
    sketchRow[bucket[gene]] += values[i] * amplitude[gene];
  }
  let sum = 0;
  for (let i = from; i < to; i++) {
    const column = bucket[indices[i]];
    // A bucket that two genes share is 0 when it is met again.
    sum += sketchRow[column] * sketchRow[column];
    sketchRow[column] = 0;
  }
  return sum;
}

function squareNorm(values: Values, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] * values[i];
  return sum;
}
