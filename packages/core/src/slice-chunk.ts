import type { Chunk } from "./csr-chunk.js";

/** Copies rows `start .. end` (counted within the chunk) into a chunk of their own. */
export function sliceChunk<C extends Chunk>(chunk: C, start: number, end: number): C;
export function sliceChunk(chunk: Chunk, start: number, end: number): Chunk {
  const shape = { spotStart: chunk.spotStart + start, spotCount: end - start, width: chunk.width };
  if (chunk.kind === "dense") {
    return { kind: "dense", ...shape, values: chunk.values.slice(start * chunk.width, end * chunk.width) };
  }
  const from = chunk.indptr[start];
  const to = chunk.indptr[end];
  const indptr = new Int32Array(end - start + 1);
  for (let row = 0; row < indptr.length; row++) indptr[row] = chunk.indptr[start + row] - from;
  return {
    kind: "csr",
    ...shape,
    indptr,
    indices: chunk.indices.slice(from, to),
    values: chunk.values.slice(from, to),
  };
}

/** Joins consecutive chunks of one kind into one. `chunks` must not be empty. */
export function concatChunks<C extends Chunk>(chunks: readonly C[]): C;
export function concatChunks(chunks: readonly Chunk[]): Chunk {
  const first = chunks[0];
  if (chunks.length === 1) return first;
  const spotCount = chunks.reduce((sum, chunk) => sum + chunk.spotCount, 0);
  const shape = { spotStart: first.spotStart, spotCount, width: first.width };
  const itemCount = chunks.reduce((sum, chunk) => sum + chunk.values.length, 0);
  const values =
    first.values instanceof Float32Array ? new Float32Array(itemCount) : new Float64Array(itemCount);
  let offset = 0;
  for (const chunk of chunks) {
    values.set(chunk.values, offset);
    offset += chunk.values.length;
  }
  if (first.kind === "dense") return { kind: "dense", ...shape, values };

  const indptr = new Int32Array(spotCount + 1);
  const indices = new Int32Array(itemCount);
  let row = 0;
  offset = 0;
  for (const chunk of chunks) {
    if (chunk.kind !== "csr") continue;
    for (let i = 0; i < chunk.spotCount; i++) indptr[++row] = offset + chunk.indptr[i + 1];
    indices.set(chunk.indices, offset);
    offset += chunk.indices.length;
  }
  return { kind: "csr", ...shape, indptr, indices, values };
}
