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
  const { transfer } = buffer as { transfer?: (byteLength?: number) => ArrayBuffer };
  const kept = keptBuffers.get(buffer.byteLength);
  try {
    if (transfer && kept && keptBytes + buffer.byteLength <= MOST_KEPT_BYTES) {
      kept.push(transfer.call(buffer));
      keptBytes += buffer.byteLength;
    } else if (transfer) transfer.call(buffer, 0);
    else nobody().postMessage(undefined, [buffer as ArrayBuffer]);
  } catch {
    // The memory of WebAssembly stays where it is.
  }
}

/** Of what is kept to be taken again, in a thread. */
const MOST_KEPT_BYTES = 2 ** 25;
/** Sizes that were asked for last: chunks of an array are all as long. */
const MOST_SIZES = 4;
const keptBuffers = new Map<number, ArrayBuffer[]>();
let keptBytes = 0;

/**
 * A buffer to be overwritten from its beginning to its end: one of those that were given back, if there is one as long. Memory that is new to
 * the process costs several times what it takes to write to it.
 */
export function takeBuffer(byteLength: number): ArrayBuffer {
  if (byteLength < LEAST_BYTES) return new ArrayBuffer(byteLength);
  const kept = keptBuffers.get(byteLength) ?? [];
  keptBuffers.delete(byteLength);
  keptBuffers.set(byteLength, kept);
  for (const [size, buffers] of keptBuffers) {
    if (keptBuffers.size <= MOST_SIZES) break;
    keptBytes -= size * buffers.length;
    keptBuffers.delete(size);
  }
  const taken = kept.pop();
  if (taken) keptBytes -= byteLength;
  return taken ?? new ArrayBuffer(byteLength);
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
