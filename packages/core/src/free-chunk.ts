import type { Chunk } from "./csr-chunk.js";

/** Smaller buffers are not worth it, and may be part of a pool that others use. */
const LEAST_BYTES = 2 ** 18;

/**
 * Gives back the memory of a chunk at once, where the runtime can (Node 21 and later, browsers since 2024); its arrays are then
 * empty. For who owns a chunk and is done with it: otherwise its memory is freed with the next collection of garbage, and
 * every few chunks there is one for this alone.
 */
export function freeChunk(chunk: Chunk): void {
  freeArray(chunk.values);
  if (chunk.kind === "csr") freeArray(chunk.indices);
}

/** The same for an array, and all that lies in its buffer. */
export function freeArray({ buffer }: ArrayBufferView): void {
  const { transfer } = buffer as { transfer?: (byteLength: number) => ArrayBuffer };
  if (transfer === undefined || buffer.byteLength < LEAST_BYTES) return;
  try {
    transfer.call(buffer, 0);
  } catch {
    // The memory of WebAssembly stays where it is.
  }
}
