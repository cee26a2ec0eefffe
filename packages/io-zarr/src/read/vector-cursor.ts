import { settleAll } from "../settle-all.js";
import type { DecodedChunk, MissingChunk, ZarrArray } from "./zarr-array.js";

/** Chunks read at the same time for one piece of work. */
export const READ_CONCURRENCY = 4;

/** Items `from .. to` of a decoded chunk; they are items `at ..` of what was asked for. */
export interface ChunkPiece {
  /** Undefined where the chunk is not stored and the fill value stands for it. */
  readonly data: DecodedChunk["data"] | undefined;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** Reads a one-dimensional array forwards in runs of any length; a chunk that two runs share is read once. */
export interface VectorCursor {
  /** Hands the pieces of items `start .. end` to `visit`, in order. `start` must not lie before the last run's end. */
  read(start: number, end: number, visit: (piece: ChunkPiece) => void): Promise<void>;
  /**
   * The chunk that items `start .. end` lie in, given away: the caller may do with it as he likes, where decoding made it
   * anew. The cursor keeps a copy of the items after `end`. Otherwise as `read`, with one piece.
   */
  take(start: number, end: number): Promise<ChunkPiece>;
}

/** A chunk that was read, or the rest of one: `data` are the items from `base` on of chunk `index`. */
interface HeldChunk {
  readonly index: number;
  readonly base: number;
  readonly data: ChunkPiece["data"];
}

/**
 * A cursor over an array. From a store that waits long it fetches the bytes of the chunks that come next, but none beyond
 * the item `until` or the end of the run being read.
 */
export function vectorCursor(
  array: ZarrArray,
  missing: MissingChunk,
  signal?: AbortSignal,
  until = 0,
): VectorCursor {
  const chunkLength = array.metadata.chunkShape[0];
  const fetched = new Map<number, Promise<Uint8Array | undefined>>();
  let held: HeldChunk | undefined;
  let stop = Math.ceil(until / chunkLength);
  const fetchFrom = (first: number) => {
    for (let index = first; index < Math.min(stop, first + array.readAhead + 1); index++) {
      if (fetched.has(index)) continue;
      const bytes = array.fetchChunk([index], signal);
      // A failure is met by who reads the chunk, if anybody still does.
      bytes.catch(() => undefined);
      fetched.set(index, bytes);
    }
  };
  const readChunk = async (index: number): Promise<HeldChunk> => {
    if (held?.index === index) return held;
    if (array.readAhead > 0) fetchFrom(index);
    const bytes = fetched.get(index);
    fetched.delete(index);
    const chunk = await array.readChunk([index], missing, signal, bytes);
    return { index, base: index * chunkLength, data: chunk?.data };
  };
  return {
    async read(start, end, visit) {
      if (start >= end) return;
      stop = Math.max(stop, Math.ceil(end / chunkLength));
      const last = Math.floor((end - 1) / chunkLength);
      for (let first = Math.floor(start / chunkLength); first <= last; first += READ_CONCURRENCY) {
        const indices = numbersFrom(first, Math.min(first + READ_CONCURRENCY, last + 1));
        const chunks = await settleAll(indices.map(readChunk));
        for (const { index, base, data } of chunks) {
          const from = Math.max(start, index * chunkLength);
          const to = Math.min(end, (index + 1) * chunkLength);
          visit({ data, from: from - base, to: to - base, at: from - start });
        }
        held = chunks[chunks.length - 1];
      }
    },
    async take(start, end) {
      const { index, base, data } = await readChunk(Math.floor(start / chunkLength));
      const rest = ArrayBuffer.isView(data) ? (data as Int32Array).slice(end - base) : data;
      held = { index, base: rest === data ? base : end, data: rest };
      return { data, from: start - base, to: end - base, at: 0 };
    },
  };
}

function numbersFrom(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
