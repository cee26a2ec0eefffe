import type { CsrChunk, Values } from "@flashdeconv/core";
import { projectRow } from "@flashdeconv/core/internal";
import type { SketchStatistics } from "./build-statistics.js";

/**
 * The twin of the kernel of the same name (packages/kernels/assembly/row-statistics.ts): each sum takes a row's entries in
 * order, so that both give the same bits.
 *
 * @param sketchRow d numbers, all 0 between rows; empty without a sketch
 * @param out spotCount x (K + 1), row-major; overwritten
 */
export function summarizeRows(
  statistics: SketchStatistics,
  chunk: CsrChunk,
  sketchRow: Float64Array,
  out: Values,
): void {
  const { typeCount, sketch } = statistics;
  const { spotCount, indptr, values } = chunk;
  for (let spot = 0; spot < spotCount; spot++) {
    const from = indptr[spot];
    const to = indptr[spot + 1];
    projectRow(chunk, spot, statistics, out);
    out[spot * (typeCount + 1) + typeCount] = sketch
      ? sketchedSquareNorm(chunk, from, to, sketch.bucket, sketch.value, sketchRow)
      : squareNorm(values, from, to);
  }
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
