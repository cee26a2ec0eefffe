import type { DecodedChunk, MissingChunk, ZarrArray } from "./zarr-array.js";

/** Chunks read at the same time for one piece of work. */
export const READ_CONCURRENCY = 4;

/** Items `from .. to` of a decoded chunk; they are items `at ..` of what was asked for. */
export interface VectorPiece {
  /** Undefined where the chunk is not stored and the fill value stands for it. */
  readonly data: DecodedChunk["data"] | undefined;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** Reads a one-dimensional array forwards in runs of any length; a chunk that two runs share is read once. */
export interface VectorCursor {
  /** Hands the pieces of items `start .. end` to `visit`, in order. `start` must not lie before the last run's end. */
  read(start: number, end: number, visit: (piece: VectorPiece) => void): Promise<void>;
}

export function vectorCursor(array: ZarrArray, missing: MissingChunk, signal?: AbortSignal): VectorCursor {
  const chunkLength = array.metadata.chunkShape[0];
  let heldIndex = -1;
  let held: DecodedChunk | undefined;
  return {
    async read(start, end, visit) {
      if (start >= end) return;
      const last = Math.floor((end - 1) / chunkLength);
      for (let first = Math.floor(start / chunkLength); first <= last; first += READ_CONCURRENCY) {
        const indices = numbersFrom(first, Math.min(first + READ_CONCURRENCY, last + 1));
        const chunks = await Promise.all(
          indices.map((index) => (index === heldIndex ? held : array.readChunk([index], missing, signal))),
        );
        for (let i = 0; i < chunks.length; i++) {
          const base = indices[i] * chunkLength;
          const from = Math.max(start, base);
          const to = Math.min(end, base + chunkLength);
          visit({ data: chunks[i]?.data, from: from - base, to: to - base, at: from - start });
        }
        heldIndex = indices[indices.length - 1];
        held = chunks[chunks.length - 1];
      }
    },
  };
}

function numbersFrom(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
