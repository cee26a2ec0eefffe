import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import type { EntryBatch } from "../ingest/entries.js";
import type { IngestOptions } from "../ingest/ingest-mex.js";
import { numberedRows } from "../ingest/numbered-rows.js";
import type { PooledBins } from "./pooled-bins.js";

/** Counts of bins added up in larger ones. Reads the source once. */
export function poolCounts(
  counts: ChunkSource<CsrChunk>,
  entryCount: number,
  { count, ofSpot }: PooledBins,
  { spool, signal }: IngestOptions,
): Promise<ChunkSource<CsrChunk>> {
  const size = { rowCount: count, columnCount: counts.width, entryCount };
  return numberedRows(pooledEntries(counts, ofSpot, signal), () => size, spool, signal);
}

async function* pooledEntries(
  counts: ChunkSource<CsrChunk>,
  ofSpot: Int32Array,
  signal?: AbortSignal,
): AsyncIterable<EntryBatch> {
  let rows = new Float64Array(0);
  for await (const { spotStart, spotCount, indptr, indices, values } of counts.chunks({ signal })) {
    const length = indptr[spotCount];
    if (rows.length < length) rows = new Float64Array(length);
    for (let i = 0; i < spotCount; i++) rows.fill(ofSpot[spotStart + i], indptr[i], indptr[i + 1]);
    const singles = values instanceof Float32Array ? values : new Float32Array(values);
    yield { length, rows, columns: indices, values: singles };
  }
}
