import type { Chunk } from "./csr-chunk.js";

/** Half-open range of spots: `start` is in it, `end` is not. */
export interface SpotRange {
  readonly start: number;
  readonly end: number;
}

/** How far a pass has come: spots yielded so far, of the spots this pass will yield. */
export interface Progress {
  readonly spotsDone: number;
  readonly spotCount: number;
}

/** Something that was repaired or decided on the way and that the user should hear of. Each `code` is told once per run. */
export interface Notice {
  readonly code: string;
  readonly message: string;
}

export interface StreamOptions {
  /** Which spots to yield; the whole source by default. */
  readonly spotRange?: SpotRange;
  /** Checked before every read and every yield; its reason is rethrown as it is. */
  readonly signal?: AbortSignal;
  /** Called after each yielded chunk has been taken. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called when the source had to repair what it read (unsorted indices, for one). */
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * A matrix that can be read more than once, in order, a chunk at a time.
 *
 * Chunks ascend without a gap and cover exactly the asked range. Nothing is read before the consumer asks for it. A
 * yielded chunk belongs to the consumer, who may overwrite or transfer it. Where chunks begin and end carries no meaning.
 */
export interface ChunkSource<C extends Chunk = Chunk> {
  readonly spotCount: number;
  readonly width: number;
  /**
   * Spots that are read in any case where one of them is, about: those of a stored chunk; all, where any range costs a pass over the whole
   * matrix. Who wants a few ranges reads through gaps as short. Left out where nothing is known.
   */
  readonly spotsReadTogether?: number;
  /** Starts a new pass. */
  chunks(options?: StreamOptions): AsyncIterable<C>;
}
