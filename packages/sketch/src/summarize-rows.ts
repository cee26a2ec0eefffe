import type { CsrChunk, Values } from "@flashdeconv/core";
import type { SketchStatistics } from "./build-statistics.js";

/**
 * The twin of the kernel of the same name (packages/kernels/assembly/row-statistics.ts): each sum takes a row's entries in
 * order, so that both give the same bits.
 *
 * @param sketchRow d numbers, all 0 between rows; empty without a sketch
 * @param out spotCount x (K + 1), row-major; overwritten
 */
export function summarizeRows(
  { typeCount, projection, sketch }: SketchStatistics,
  chunk: CsrChunk,
  sketchRow: Float64Array,
  out: Values,
): void {
  const { spotCount, indptr, values } = chunk;
  for (let spot = 0; spot < spotCount; spot++) {
    const from = indptr[spot];
    const to = indptr[spot + 1];
    const at = spot * (typeCount + 1);
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
