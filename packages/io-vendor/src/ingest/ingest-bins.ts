import {
  type ChunkSource,
  type CsrChunk,
  type DenseChunk,
  FormatError,
  memorySource,
} from "@flashdeconv/core";
import { lowerBound } from "@flashdeconv/core/internal";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import { type Buckets, putAside } from "./buckets.js";
import type { EntryBatch } from "./entries.js";
import { describeGenes, type GeneList } from "./gene-list.js";
import type { IngestOptions } from "./ingest-mex.js";
import { sortEntries, sortRoom } from "./sort-entries.js";

/** Places of a chip lie below this on either axis: bins are numbered `SIDE` times their y plus their x. */
export const SIDE = 2 ** 26;

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

/** Places along y that are sorted together: of a chip of 26,000 x 26,000, fifty strips. */
const STRIP = 512;

/** The bins of one strip that hold anything, in order. */
interface Strip {
  readonly bucket: number;
  /** Numbers of the bins, ascending. */
  readonly bins: Float64Array;
}

/**
 * Bins of a Stereo-seq section from its records. A bin is called by the place of its first corner, `x_y`; positions are the middles of bins, in
 * places of the chip. A bin that holds nothing is no spot.
 *
 * @throws FormatError where there is no record, and what reading them throws
 */
export async function ingestBins(
  { path, edge, batches, genes }: BinRecords,
  { spool, signal }: IngestOptions,
): Promise<AnnDataContents> {
  const bucketOf = (row: number) => Math.floor((Math.floor(row / SIDE) * edge) / STRIP);
  const buckets = await putAside(batches, bucketOf, spool, signal);
  const strips: Strip[] = [];
  for (const bucket of buckets.numbers) {
    signal?.throwIfAborted();
    strips.push({ bucket, bins: distinct((await buckets.read(bucket)).rows) });
  }
  const spotCount = strips.reduce((sum, { bins }) => sum + bins.length, 0);
  if (spotCount === 0) {
    throw new FormatError({
      path,
      found: "no record",
      expected: "counts of genes at places",
      remedy: "Copy the file again.",
    });
  }
  const names: string[] = [];
  const values = new Float64Array(2 * spotCount);
  let spot = 0;
  for (const { bins } of strips) {
    for (const bin of bins) {
      const x = (bin % SIDE) * edge;
      const y = Math.floor(bin / SIDE) * edge;
      names.push(`${x}_${y}`);
      values[2 * spot] = x + edge / 2;
      values[2 * spot++ + 1] = y + edge / 2;
    }
  }
  const described = describeGenes(genes());
  const positions: DenseChunk = { kind: "dense", spotStart: 0, spotCount, width: 2, values };
  return {
    spotCount,
    spotNames: names,
    ...described,
    X: sourceOf(buckets, strips, spotCount, described.geneNames.length),
    obsm: { spatial: { values: memorySource(positions) } },
  };
}

/** The different numbers, ascending. The list is sorted where it lies. */
function distinct(rows: Float64Array): Float64Array {
  rows.sort();
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (i === 0 || rows[i] !== rows[i - 1]) rows[count++] = rows[i];
  return rows.slice(0, count);
}

/** Read once, strip by strip, each of which is given up then. */
function sourceOf(
  buckets: Buckets,
  strips: readonly Strip[],
  spotCount: number,
  width: number,
): ChunkSource<CsrChunk> {
  return {
    spotCount,
    width,
    async *chunks({ signal, onProgress } = {}) {
      const room = sortRoom(width);
      let spotStart = 0;
      for (const { bucket, bins } of strips) {
        signal?.throwIfAborted();
        const { rows, columns, values } = await buckets.read(bucket);
        const sorted = sortEntries({ rows: ranks(rows, bins), columns, values }, bins.length, room);
        await buckets.drop(bucket);
        yield { kind: "csr", spotStart, spotCount: bins.length, width, ...sorted };
        spotStart += bins.length;
        onProgress?.({ spotsDone: spotStart, spotCount });
      }
    },
  };
}

/** Where each number stands in the list, which holds it. */
function ranks(rows: Float64Array, bins: Float64Array): Int32Array {
  const found = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) found[i] = lowerBound(bins, rows[i]);
  return found;
}
