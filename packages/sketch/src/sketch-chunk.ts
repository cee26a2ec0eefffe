import { type ChunkSource, type CsrChunk, type DenseChunk, mapChunks, type Values } from "@flashdeconv/core";
import type { Sketch } from "./build-sketch.js";
import { checkChunkWidth, checkOutLength } from "./check-shape.js";

/**
 * The spots of a chunk in sketch space, y S.
 *
 * @param chunk normalised values over the selected genes
 * @param out spotCount x d, row-major; overwritten
 * @throws ShapeError when the chunk's width is not the number of genes of the sketch or `out` has another length.
 */
export function sketchChunk(sketch: Sketch, chunk: CsrChunk, out: Values): void {
  const { bucket, value, dimension } = sketch;
  const { spotCount, indptr, indices, values } = chunk;
  checkChunkWidth(chunk, bucket.length);
  checkOutLength(out, spotCount * dimension);
  out.fill(0);
  for (let spot = 0; spot < spotCount; spot++) {
    const at = spot * dimension;
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) {
      const gene = indices[i];
      out[at + bucket[gene]] += values[i] * value[gene];
    }
  }
}

/**
 * A view of normalised counts in sketch space, d numbers per spot: for solvers that want the rows themselves. The
 * built-in ones read `summarized`, which is far smaller.
 */
export function sketched(source: ChunkSource<CsrChunk>, sketch: Sketch): ChunkSource<DenseChunk> {
  const width = sketch.dimension;
  checkChunkWidth(source, sketch.bucket.length);
  return mapChunks<CsrChunk, DenseChunk>(
    source,
    (chunk) => {
      const { spotStart, spotCount } = chunk;
      const values = new Float64Array(spotCount * width);
      sketchChunk(sketch, chunk, values);
      return { kind: "dense", spotStart, spotCount, width, values };
    },
    width,
  );
}
