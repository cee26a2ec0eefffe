import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import { resolveSpotRange } from "@flashdeconv/core/internal";
import { ROWS_PER_CHUNK, type SourceOptions } from "./csr-source.js";
import type { Rows } from "./order-rows.js";
import { type BandReading, type DenseTile, readRowBand } from "./read-row-band.js";
import { countArray } from "./sparse-matrix.js";
import type { ZarrArray } from "./zarr-array.js";

/**
 * The rows of a dense matrix, zeros left out. Each stored chunk is read once a pass. Holds the non-zeros of one row of
 * stored chunks (their height is the store's choice) and at most four decoded chunks.
 */
export function denseCsrSource(array: ZarrArray, options: SourceOptions): ChunkSource<CsrChunk> {
  const [spotCount, width] = array.metadata.shape;
  const bandHeight = array.metadata.chunkShape[0];
  return {
    spotCount,
    width,
    spotsReadTogether: bandHeight,
    async *chunks({ spotRange, signal, onProgress } = {}) {
      const { start, end } = resolveSpotRange(spotCount, spotRange);
      signal?.throwIfAborted();
      for (let bandStart = start; bandStart < end; ) {
        const bandEnd = Math.min(end, (Math.floor(bandStart / bandHeight) + 1) * bandHeight);
        const tiles: Rows[] = [];
        const band = { start: bandStart, end: bandEnd };
        const reading: BandReading = { missing: "fill", makeValues: countsOf(array), signal };
        await readRowBand(array, band, reading, (tile) => tiles.push(sparsen(tile)));
        const ends = rowEnds(tiles, bandEnd - bandStart);
        for (let row = bandStart; row < bandEnd; ) {
          const stop = bandStart + blockEnd(ends, row - bandStart, options.valuesPerChunk);
          const rows = joinRows(array, tiles, row - bandStart, stop - bandStart);
          signal?.throwIfAborted();
          yield { kind: "csr", spotStart: row, spotCount: stop - row, width, ...rows };
          row = stop;
          onProgress?.({ spotsDone: row - start, spotCount: end - start });
        }
        bandStart = bandEnd;
      }
    },
  };
}

function countsOf(array: ZarrArray): (length: number) => Float32Array | Float64Array {
  return (length) => countArray(array, length);
}

function sparsen({ columnStart, columnCount, rowCount, values }: DenseTile): Rows {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  const indptr = new Int32Array(rowCount + 1);
  const indices = new Int32Array(count);
  // Written over the front of the dense values: what is kept never overtakes what is read.
  let kept = 0;
  for (let row = 0; row < rowCount; row++) {
    for (let j = 0; j < columnCount; j++) {
      const value = values[row * columnCount + j];
      if (value === 0) continue;
      indices[kept] = columnStart + j;
      values[kept++] = value;
    }
    indptr[row + 1] = kept;
  }
  return { indptr, indices, values: values.slice(0, kept) };
}

/** Entries before the end of each row of the band, as one running total. */
function rowEnds(tiles: readonly Rows[], rowCount: number): Float64Array {
  const ends = new Float64Array(rowCount + 1);
  for (const { indptr } of tiles) for (let row = 0; row <= rowCount; row++) ends[row] += indptr[row];
  return ends;
}

function blockEnd(ends: Float64Array, row: number, valuesPerChunk: number): number {
  let stop = row + 1;
  const last = Math.min(ends.length - 1, row + ROWS_PER_CHUNK);
  while (stop < last && ends[stop + 1] - ends[row] <= valuesPerChunk) stop++;
  return stop;
}

function joinRows(array: ZarrArray, tiles: readonly Rows[], from: number, to: number): Rows {
  const total = tiles.reduce((sum, { indptr }) => sum + indptr[to] - indptr[from], 0);
  const indptr = new Int32Array(to - from + 1);
  const indices = new Int32Array(total);
  const values = countArray(array, total);
  let written = 0;
  for (let row = from; row < to; row++) {
    for (const tile of tiles) {
      const [first, last] = [tile.indptr[row], tile.indptr[row + 1]];
      indices.set(tile.indices.subarray(first, last), written);
      values.set(tile.values.subarray(first, last), written);
      written += last - first;
    }
    indptr[row - from + 1] = written;
  }
  return { indptr, indices, values };
}
