import type { ChunkSource, CsrChunk, NameChunk } from "@flashdeconv/core";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import { inStore } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import type { IngestOptions } from "../ingest/ingest-mex.js";
import { withPositions } from "../positions/add-positions.js";
import { poolCounts } from "./pool-counts.js";
import { poolPositions } from "./pool-positions.js";
import { binNames, pooledBins } from "./pooled-bins.js";

/** Stored bins of Visium HD. */
export interface StoredBins extends Pick<AnnDataContents, "spotCount" | "geneNames" | "var"> {
  readonly counts: ChunkSource<CsrChunk>;
  readonly entryCount: number;
  names(): AsyncIterable<NameChunk>;
}

export interface PoolRequest {
  /** Where the file with positions lies. */
  readonly files: ReadableStore;
  readonly positions: string;
  /** The matrix, for errors. */
  readonly matrix: string;
  /** Edges in micrometres; the second is a multiple of the first. */
  readonly pool: { readonly from: number; readonly to: number };
}

/**
 * Larger bins of Visium HD from smaller ones: counts are added up, positions are means.
 *
 * @throws FormatError where names are none of bins, or bins have no position
 */
export async function poolSection(
  { names, counts, entryCount, geneNames, spotCount, ...stored }: StoredBins,
  { files, positions, matrix, pool }: PoolRequest,
  options: IngestOptions,
): Promise<AnnDataContents> {
  const bins = await inStore(files, () => pooledBins(names(), spotCount, pool.to / pool.from, matrix));
  const where = await inStore(files, () => poolPositions(files, positions, bins, options));
  const contents: AnnDataContents = {
    spotCount: bins.count,
    spotNames: binNames(bins, pool.to),
    geneNames,
    var: stored.var,
    X: await poolCounts(counts, entryCount, bins, options),
  };
  return withPositions(contents, where);
}
