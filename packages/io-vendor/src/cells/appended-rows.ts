import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import { type Buckets, putAside } from "../ingest/buckets.js";
import type { EntryBatch } from "../ingest/entries.js";
import type { IngestOptions } from "../ingest/ingest-mex.js";
import { sortEntries } from "../ingest/sort-entries.js";

/** Entries after which the next row begins another bucket. */
const BUCKET_ENTRIES = 2 ** 21;

/** What is known of rows when all were taken. */
export interface RowFacts {
  readonly rowCount: number;
  readonly columnCount: number;
}

/** Rows, and what was learnt of them, by this run or the one that put them aside. */
export interface AppendedRows<F extends RowFacts> {
  readonly X: ChunkSource<CsrChunk>;
  readonly facts: F;
}

/**
 * The rows of a matrix whose entries come row by row, however many there will be. They are put aside; the source is read once.
 *
 * @param facts asked for when all entries were taken; fit for JSON
 */
export async function appendedRows<F extends RowFacts>(
  batches: AsyncIterable<EntryBatch>,
  facts: () => F,
  { spool, signal }: IngestOptions,
): Promise<AppendedRows<F>> {
  const starts = [0];
  let count = 0;
  let last = -1;
  const plan = {
    bucketOf(row: number) {
      if (row !== last && count >= BUCKET_ENTRIES) {
        starts.push(row);
        count = 0;
      }
      last = row;
      count++;
      return starts.length - 1;
    },
    startOf: (bucket: number) => starts[bucket],
  };
  const all = { spool, signal, facts: () => ({ starts, own: facts() }) };
  const buckets = await putAside(batches, plan, all);
  const kept = buckets.facts as ReturnType<typeof all.facts>;
  return { X: sourceOf(buckets, kept.starts, kept.own), facts: kept.own };
}

/** `starts` has the first row of each bucket. */
function sourceOf(
  buckets: Buckets,
  starts: readonly number[],
  { rowCount: spotCount, columnCount: width }: RowFacts,
): ChunkSource<CsrChunk> {
  const counts = new Map(buckets.counts);
  return {
    spotCount,
    width,
    async *chunks({ signal, onProgress } = {}) {
      for (const [bucket, spotStart] of starts.entries()) {
        signal?.throwIfAborted();
        const count = (starts[bucket + 1] ?? spotCount) - spotStart;
        const own = { rowCount: count, columnCount: width, entryCount: counts.get(bucket) ?? 0 };
        const sorted = await sortEntries(buckets.pieces(bucket), own, (row) => row);
        await buckets.done(bucket);
        yield { kind: "csr", spotStart, spotCount: count, width, ...sorted };
        onProgress?.({ spotsDone: spotStart + count, spotCount });
      }
    },
  };
}
