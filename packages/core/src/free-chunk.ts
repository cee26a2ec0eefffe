import type { Chunk } from "./csr-chunk.js";

/** Smaller buffers are not worth it, and may be part of a pool that others use. */
const LEAST_BYTES = 2 ** 18;

/**
 * Gives back the memory of a chunk at once; its arrays are then empty. For who owns a chunk and is done with it: otherwise its memory is
 * freed with the next collection of garbage, and every few chunks there is one for this alone.
 */
export function freeChunk(chunk: Chunk): void {
  freeArray(chunk.values);
  if (chunk.kind === "csr") freeArray(chunk.indices);
}

/** The same for an array, and all that lies in its buffer. */
export function freeArray({ buffer }: ArrayBufferView): void {
  if (buffer.byteLength < LEAST_BYTES) return;
  const { transfer } = buffer as { transfer?: (byteLength: number) => ArrayBuffer };
  try {
    if (transfer) transfer.call(buffer, 0);
    else nobody().postMessage(undefined, [buffer as ArrayBuffer]);
  } catch {
    // The memory of WebAssembly stays where it is.
  }
}

let closed: MessagePort | undefined;

/** A port that nobody listens to. Before Node 21, and in older browsers, to send a buffer there is the one way to let go of it. */
function nobody(): MessagePort {
  if (!closed) {
    closed = new MessageChannel().port1;
    closed.close();
  }
  return closed;
}
