import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import { type Buckets, putAside } from "./buckets.js";
import type { EntryBatch } from "./entries.js";
import { type EntryShape, sortEntries } from "./sort-entries.js";
import type { Spool } from "./spool.js";

/** Entries of a bucket: sorted in some 40 MB. */
const BUCKET_ENTRIES = 2 ** 21;

/**
 * The rows of a matrix whose entries come in any order. All entries are put aside first; the source is read from its first row to its last.
 *
 * @param shape known once the first batch is there
 */
export async function numberedRows(
  batches: AsyncIterable<EntryBatch>,
  shape: () => EntryShape,
  spool: Spool,
  signal?: AbortSignal,
): Promise<ChunkSource<CsrChunk>> {
  let step = 0;
  const plan = {
    bucketOf(row: number) {
      step ||= rowsPerBucket(shape());
      return Math.floor(row / step);
    },
    startOf: (bucket: number) => bucket * step,
  };
  const buckets = await putAside(batches, plan, { spool, signal, facts: shape });
  return sourceOf(buckets, buckets.facts as EntryShape);
}

function rowsPerBucket({ rowCount, entryCount }: EntryShape): number {
  return Math.max(1, Math.ceil(rowCount / Math.max(1, Math.ceil(entryCount / BUCKET_ENTRIES))));
}

function sourceOf(buckets: Buckets, shape: EntryShape): ChunkSource<CsrChunk> {
  const { rowCount: spotCount, columnCount: width } = shape;
  const step = rowsPerBucket(shape);
  const counts = new Map(buckets.counts);
  return {
    spotCount,
    width,
    async *chunks({ signal, onProgress } = {}) {
      for (let bucket = 0; bucket * step < spotCount; bucket++) {
        signal?.throwIfAborted();
        const spotStart = bucket * step;
        const count = Math.min(step, spotCount - spotStart);
        const own = { rowCount: count, columnCount: width, entryCount: counts.get(bucket) ?? 0 };
        const sorted = await sortEntries(buckets.pieces(bucket), own, (row) => row);
        await buckets.done(bucket);
        yield { kind: "csr", spotStart, spotCount: count, width, ...sorted };
        onProgress?.({ spotsDone: spotStart + count, spotCount });
      }
    },
  };
}
