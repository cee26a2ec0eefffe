import type { CsrChunk, Values } from "@flashdeconv/core";
import { projectRows } from "@flashdeconv/core/internal";
import type { Sketch } from "./build-sketch.js";
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
  const { sketch } = statistics;
  const squareNorm = sketch
    ? (row: number) => sketchedSquareNorm(chunk, row, sketch, sketchRow)
    : (row: number) => exactSquareNorm(chunk, row);
  projectRows(chunk, statistics, squareNorm, out);
}

/** |y S|^2 of one row. Scatters it into `sketchRow`, then sums the touched buckets and clears them again. */
function sketchedSquareNorm(
  { indptr, indices, values }: CsrChunk,
  row: number,
  { bucket, value: amplitude }: Sketch,
  sketchRow: Float64Array,
): number {
  const from = indptr[row];
  const to = indptr[row + 1];
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

function exactSquareNorm({ indptr, values }: CsrChunk, row: number): number {
  let sum = 0;
  for (let i = indptr[row]; i < indptr[row + 1]; i++) sum += values[i] * values[i];
  return sum;
}
