/** Bytes that are put aside in numbered buckets, and read back bucket by bucket. A file each in Node, memory in a page. */
export interface Spool {
  append(bucket: number, bytes: Uint8Array): Promise<void>;
  /**
   * The bytes of a bucket, in the order in which they came, in pieces of whole records of so many bytes. A piece is another's at the next turn.
   */
  pieces(bucket: number, recordBytes: number): AsyncIterable<Uint8Array>;
  /** Removes a bucket whose bytes are no longer wanted. */
  drop(bucket: number): Promise<void>;
  /** What `finish` was told, where an earlier run got so far: then nothing has to be put aside. */
  readonly finished?: PutAside;
  /** Notes that all is put aside. Buckets are then kept to the end, for a run after this one. */
  finish?(all: PutAside): Promise<void>;
}

/** All that is put aside. */
export interface PutAside {
  /** Records of each bucket that holds any, ascending. */
  readonly counts: readonly (readonly [bucket: number, count: number])[];
  /** What else was learnt on the way, fit for JSON. */
  readonly facts: unknown;
}

/** In the memory of this thread. */
export function memorySpool(): Spool {
  const buckets = new Map<number, Uint8Array[]>();
  return {
    async append(bucket, bytes) {
      const list = buckets.get(bucket) ?? [];
      list.push(bytes.slice());
      buckets.set(bucket, list);
    },
    async *pieces(bucket) {
      for (const bytes of buckets.get(bucket) ?? []) yield bytes;
    },
    async drop(bucket) {
      buckets.delete(bucket);
    },
  };
}

/** Buckets of the same spool beside those of another who numbers them from 0. */
export function besideSpool(spool: Spool): Spool {
  return {
    append: (bucket, bytes) => spool.append(FIRST_BESIDE + bucket, bytes),
    pieces: (bucket, recordBytes) => spool.pieces(FIRST_BESIDE + bucket, recordBytes),
    drop: (bucket) => spool.drop(FIRST_BESIDE + bucket),
  };
}

/** More buckets than anyone fills. */
const FIRST_BESIDE = 2 ** 24;
