import { type ChunkSource, type CsrChunk, type DenseChunk, FormatError } from "@flashdeconv/core";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import { binMap, binRanks, SIDE, type StripBins } from "./bin-map.js";
import { nameBins } from "./bin-names.js";
import { type Buckets, putAside } from "./buckets.js";
import type { EntryBatch } from "./entries.js";
import { describeGenes, type GeneList } from "./gene-list.js";
import type { IngestOptions } from "./ingest-mex.js";
import { sortEntries } from "./sort-entries.js";

/** Places along y that are sorted together, about: of a chip of 26,000 x 26,000, 800 strips. */
const STRIP = 32;

/** Records of a section of Stereo-seq, in any order: rows are bins. */
export interface BinRecords {
  /** What the file is called. */
  readonly path: string;
  /** Places along a side of a bin. */
  readonly edge: number;
  readonly batches: AsyncIterable<EntryBatch>;
  /** The genes, once all batches were taken. */
  genes(): GeneList;
}

interface Strip extends StripBins {
  readonly bucket: number;
  readonly entryCount: number;
}

/**
 * Bins of a Stereo-seq section from its records. A bin is called by the place of its first corner, `x_y`; positions are the middles of bins, in
 * places of the chip. A bin that holds nothing is no spot.
 *
 * @throws FormatError where there is no record, and what reading them throws
 */
export async function ingestStereo(
  { path, edge, batches, genes }: BinRecords,
  { spool, signal }: IngestOptions,
): Promise<AnnDataContents> {
  const tall = Math.max(1, Math.floor(STRIP / edge));
  const plan = {
    bucketOf: (row: number) => Math.floor(row / (SIDE * tall)),
    startOf: (bucket: number) => bucket * SIDE * tall,
  };
  const buckets = await putAside(batches, plan, { spool, signal, facts: genes });
  const strips = await stripsOf(buckets, tall, signal);
  const spotCount = strips.reduce((sum, { bins }) => sum + bins.length, 0);
  if (spotCount === 0) {
    throw new FormatError({
      path,
      found: "no record",
      expected: "counts of genes at places",
      remedy: "Copy the file again.",
    });
  }
  const described = describeGenes(buckets.facts as GeneList);
  return {
    spotCount,
    spotNames: nameBins(strips, edge),
    ...described,
    X: countsOf(buckets, strips, spotCount, described.geneNames.length),
    obsm: { spatial: { values: middlesOf(strips, spotCount, edge) } },
  };
}

async function stripsOf(buckets: Buckets, tall: number, signal?: AbortSignal): Promise<Strip[]> {
  const strips: Strip[] = [];
  let spotStart = 0;
  for (const [bucket, entryCount] of buckets.counts) {
    signal?.throwIfAborted();
    const map = binMap(tall);
    for await (const { length, rows } of buckets.pieces(bucket)) {
      for (let at = 0; at < 3 * length; at += 3) map.mark(rows[at]);
    }
    const bins = map.bins();
    strips.push({ bucket, entryCount, top: bucket * tall, bins, spotStart });
    spotStart += bins.length;
  }
  return strips;
}

function countsOf(
  buckets: Buckets,
  strips: readonly Strip[],
  spotCount: number,
  width: number,
): ChunkSource<CsrChunk> {
  return {
    spotCount,
    width,
    async *chunks({ signal, onProgress } = {}) {
      for (const { bucket, bins, entryCount, spotStart } of strips) {
        signal?.throwIfAborted();
        const shape = { rowCount: bins.length, columnCount: width, entryCount };
        const sorted = await sortEntries(buckets.pieces(bucket), shape, binRanks(bins));
        await buckets.done(bucket);
        yield { kind: "csr", spotStart, spotCount: bins.length, width, ...sorted };
        onProgress?.({ spotsDone: spotStart + bins.length, spotCount });
      }
    },
  };
}

function middlesOf(strips: readonly Strip[], spotCount: number, edge: number): ChunkSource<DenseChunk> {
  return {
    spotCount,
    width: 2,
    async *chunks({ signal } = {}) {
      for (const { top, bins, spotStart } of strips) {
        signal?.throwIfAborted();
        const values = new Float64Array(2 * bins.length);
        bins.forEach((bin, i) => {
          values[2 * i] = (bin & (SIDE - 1)) * edge + edge / 2;
          values[2 * i + 1] = (top + (bin >>> 22)) * edge + edge / 2;
        });
        yield { kind: "dense", spotStart, spotCount: bins.length, width: 2, values };
      }
    },
  };
}
