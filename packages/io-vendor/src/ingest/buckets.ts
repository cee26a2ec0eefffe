import type { EntryBatch } from "./entries.js";
import type { PutAside, Spool } from "./spool.js";

/** A record is a row, counted from the first of its bucket, a column and a value, of 4 bytes each, in this machine's order. */
export const RECORD_BYTES = 12;
/** Records that wait in memory for one bucket: a write for each would cost more than the record. */
const RECORDS_HELD = 2048;
/** Buckets with records that wait: all are written before there are more. */
const MOST_WAITING = 2048;

/** Which rows lie together. */
export interface BucketPlan {
  /** The bucket of a row: ascending with it. */
  bucketOf(row: number): number;
  /** The first row of a bucket. Its others are fewer than 2^32. */
  startOf(bucket: number): number;
}

/** Records of a bucket, in the order in which they were put aside: row `3 * i`, column `3 * i + 1`, value `3 * i + 2`. */
export interface RecordPiece {
  readonly length: number;
  readonly rows: Uint32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Entries put aside by ranges of rows, so that each range can be sorted by itself. */
export interface Buckets extends PutAside {
  pieces(bucket: number): AsyncIterable<RecordPiece>;
  /** Tells that a bucket is read no more. */
  done(bucket: number): Promise<void>;
}

/** What `putAside` is given beside entries. */
export interface PutAsideOptions {
  readonly spool: Spool;
  readonly signal?: AbortSignal;
  /** What has been learnt of them once all were taken. */
  facts(): unknown;
}

/** Puts all entries aside, unless an earlier run has done so. */
export async function putAside(
  batches: AsyncIterable<EntryBatch>,
  plan: BucketPlan,
  { spool, signal, facts }: PutAsideOptions,
): Promise<Buckets> {
  let all = spool.finished;
  if (!all) {
    all = { counts: await writeAll(batches, plan, spool, signal), facts: facts() };
    await spool.finish?.(all);
  }
  return {
    ...all,
    async *pieces(bucket) {
      for await (const bytes of spool.pieces(bucket, RECORD_BYTES)) yield recordsOf(bytes);
    },
    done: async (bucket) => {
      if (!spool.finish) await spool.drop(bucket);
    },
  };
}

async function writeAll(
  batches: AsyncIterable<EntryBatch>,
  { bucketOf, startOf }: BucketPlan,
  spool: Spool,
  signal?: AbortSignal,
): Promise<[number, number][]> {
  const counts = new Map<number, number>();
  const waiting = new Map<number, Waiting>();
  const write = async (bucket: number, { rows, length }: Waiting) => {
    counts.set(bucket, (counts.get(bucket) ?? 0) + length);
    await spool.append(bucket, new Uint8Array(rows.buffer, 0, RECORD_BYTES * length));
  };
  const writeWaiting = async () => {
    for (const [bucket, own] of waiting) if (own.length > 0) await write(bucket, own);
    waiting.clear();
  };
  for await (const { length, rows, columns, values } of batches) {
    signal?.throwIfAborted();
    const full: [number, Waiting][] = [];
    for (let i = 0; i < length; i++) {
      const row = rows[i];
      const bucket = bucketOf(row);
      let own = waiting.get(bucket);
      if (!own) {
        own = newWaiting(startOf(bucket));
        waiting.set(bucket, own);
      }
      const at = 3 * own.length;
      own.rows[at] = row - own.start;
      own.columns[at + 1] = columns[i];
      own.values[at + 2] = values[i];
      if (++own.length === RECORDS_HELD) {
        full.push([bucket, own]);
        waiting.delete(bucket);
      }
    }
    for (const [bucket, own] of full) await write(bucket, own);
    if (waiting.size > MOST_WAITING) await writeWaiting();
  }
  await writeWaiting();
  return [...counts].sort(([a], [b]) => a - b);
}

interface Waiting {
  readonly start: number;
  readonly rows: Uint32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
  length: number;
}

function newWaiting(start: number): Waiting {
  return { start, ...viewsOf(new ArrayBuffer(RECORD_BYTES * RECORDS_HELD)), length: 0 };
}

function viewsOf(buffer: ArrayBufferLike, offset = 0, count?: number) {
  const items = count === undefined ? undefined : 3 * count;
  return {
    rows: new Uint32Array(buffer, offset, items),
    columns: new Int32Array(buffer, offset, items),
    values: new Float32Array(buffer, offset, items),
  };
}

/** The bytes of records, in place where they lie aligned. */
export function recordsOf(bytes: Uint8Array): RecordPiece {
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const length = Math.floor(bytes.length / RECORD_BYTES);
  return { length, ...viewsOf(buffer, byteOffset, length) };
}
