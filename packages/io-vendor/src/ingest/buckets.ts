import type { EntryBatch } from "./entries.js";
import type { Spool } from "./spool.js";

/** A record is a row (8 bytes), a column (4) and a value (4), in this machine's order. */
export const RECORD_BYTES = 16;
/** Records that wait in memory for one bucket: a write for each would cost more than the record. */
const RECORDS_HELD = 4096;
/** Entries of a bucket: sorted in some 80 MB. */
export const BUCKET_ENTRIES = 2 ** 21;

/** Entries of one bucket, as they came. */
export interface BucketEntries {
  readonly rows: Float64Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Entries put aside by ranges of rows, so that each range can be sorted by itself. */
export interface Buckets {
  /** Numbers of the buckets that hold anything, ascending. */
  readonly numbers: readonly number[];
  read(bucket: number): Promise<BucketEntries>;
  drop(bucket: number): Promise<void>;
}

/**
 * Puts all entries aside.
 *
 * @param bucketOf the bucket of a row: ascending with it
 */
export async function putAside(
  batches: AsyncIterable<EntryBatch>,
  bucketOf: (row: number) => number,
  spool: Spool,
  signal?: AbortSignal,
): Promise<Buckets> {
  const held = new Map<number, Held>();
  for await (const { length, rows, columns, values } of batches) {
    signal?.throwIfAborted();
    const full: [number, Held][] = [];
    for (let i = 0; i < length; i++) {
      const bucket = bucketOf(rows[i]);
      let own = held.get(bucket);
      if (!own) {
        own = newHeld();
        held.set(bucket, own);
      }
      own.floats[2 * own.length] = rows[i];
      own.ints[4 * own.length + 2] = columns[i];
      own.singles[4 * own.length + 3] = values[i];
      if (++own.length === RECORDS_HELD) {
        full.push([bucket, own]);
        held.set(bucket, newHeld());
      }
    }
    for (const [bucket, own] of full) await spool.append(bucket, bytesOf(own));
  }
  for (const [bucket, own] of held) if (own.length > 0) await spool.append(bucket, bytesOf(own));
  return {
    numbers: [...held.keys()].sort((a, b) => a - b),
    read: async (bucket) => entriesOf(await spool.read(bucket)),
    drop: (bucket) => spool.drop(bucket),
  };
}

interface Held {
  readonly floats: Float64Array;
  readonly ints: Int32Array;
  readonly singles: Float32Array;
  length: number;
}

function newHeld(): Held {
  const buffer = new ArrayBuffer(RECORD_BYTES * RECORDS_HELD);
  return {
    floats: new Float64Array(buffer),
    ints: new Int32Array(buffer),
    singles: new Float32Array(buffer),
    length: 0,
  };
}

function bytesOf({ floats, length }: Held): Uint8Array {
  return new Uint8Array(floats.buffer, 0, RECORD_BYTES * length);
}

function entriesOf(bytes: Uint8Array): BucketEntries {
  const count = bytes.length / RECORD_BYTES;
  const whole = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const floats = new Float64Array(whole.buffer, whole.byteOffset, 2 * count);
  const ints = new Int32Array(whole.buffer, whole.byteOffset, 4 * count);
  const singles = new Float32Array(whole.buffer, whole.byteOffset, 4 * count);
  const entries = {
    rows: new Float64Array(count),
    columns: new Int32Array(count),
    values: new Float32Array(count),
  };
  for (let i = 0; i < count; i++) {
    entries.rows[i] = floats[2 * i];
    entries.columns[i] = ints[4 * i + 2];
    entries.values[i] = singles[4 * i + 3];
  }
  return entries;
}
