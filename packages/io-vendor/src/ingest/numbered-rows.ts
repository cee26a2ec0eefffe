import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import { BUCKET_ENTRIES, type Buckets, putAside } from "./buckets.js";
import type { EntryBatch } from "./entries.js";
import { sortEntries, sortRoom } from "./sort-entries.js";
import type { Spool } from "./spool.js";

export interface MatrixSize {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly entryCount: number;
}

/**
 * The rows of a matrix whose entries come in any order. All entries are put aside first; the source is read once, from its first row to its last,
 * and gives up what it has read.
 */
export async function numberedRows(
  batches: AsyncIterable<EntryBatch>,
  size: () => MatrixSize,
  spool: Spool,
  signal?: AbortSignal,
): Promise<ChunkSource<CsrChunk>> {
  let step = 0;
  const bucketOf = (row: number) => {
    step ||= rowsPerBucket(size());
    return Math.floor(row / step);
  };
  const buckets = await putAside(batches, bucketOf, spool, signal);
  const { rowCount, columnCount } = size();
  return sourceOf(buckets, rowCount, columnCount, step || Math.max(1, rowCount));
}

function rowsPerBucket({ rowCount, entryCount }: MatrixSize): number {
  return Math.max(1, Math.ceil(rowCount / Math.max(1, Math.ceil(entryCount / BUCKET_ENTRIES))));
}

function sourceOf(buckets: Buckets, spotCount: number, width: number, step: number): ChunkSource<CsrChunk> {
  return {
    spotCount,
    width,
    async *chunks({ signal, onProgress } = {}) {
      const room = sortRoom(width);
      for (let bucket = 0; bucket * step < spotCount; bucket++) {
        signal?.throwIfAborted();
        const spotStart = bucket * step;
        const count = Math.min(step, spotCount - spotStart);
        const { rows, columns, values } = await buckets.read(bucket);
        const local = Int32Array.from(rows, (row) => row - spotStart);
        const sorted = sortEntries({ rows: local, columns, values }, count, room);
        await buckets.drop(bucket);
        yield { kind: "csr", spotStart, spotCount: count, width, ...sorted };
        onProgress?.({ spotsDone: spotStart + count, spotCount });
      }
    },
  };
}
