/** Bytes that are put aside in numbered buckets, each of which is read back as a whole. A file each in Node, memory in a page. */
export interface Spool {
  append(bucket: number, bytes: Uint8Array): Promise<void>;
  /** All bytes of a bucket, in the order in which they came; none where nothing did. */
  read(bucket: number): Promise<Uint8Array>;
  /** Removes a bucket whose bytes are no longer wanted. */
  drop(bucket: number): Promise<void>;
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
    async read(bucket) {
      const list = buckets.get(bucket) ?? [];
      const whole = new Uint8Array(list.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const bytes of list) {
        whole.set(bytes, at);
        at += bytes.length;
      }
      return whole;
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
    read: (bucket) => spool.read(FIRST_BESIDE + bucket),
    drop: (bucket) => spool.drop(FIRST_BESIDE + bucket),
  };
}

/** More buckets than anyone fills. */
const FIRST_BESIDE = 2 ** 24;
