import type { SpotRange } from "@flashdeconv/core";
import { settleAll } from "../settle-all.js";
import { copyCounts } from "./copy-numbers.js";
import { requireItemRoom } from "./open-vector.js";
import { READ_CONCURRENCY } from "./vector-cursor.js";
import type { MissingChunk, ZarrArray } from "./zarr-array.js";

/** One stored chunk of a matrix, row-major, cut to the matrix: rows `rowCount`, columns `columnStart ..`. */
export interface DenseTile {
  readonly columnStart: number;
  readonly columnCount: number;
  readonly rowCount: number;
  readonly values: Float32Array | Float64Array;
}

export interface BandReading {
  readonly missing: MissingChunk;
  readonly makeValues: (length: number) => Float32Array | Float64Array;
  readonly signal?: AbortSignal;
}

/**
 * Reads rows `start .. end`, which must lie in one row of chunks, and hands each chunk's part to `visit`, from left to
 * right. Chunks in F order are turned.
 */
export async function readRowBand(
  array: ZarrArray,
  { start, end }: SpotRange,
  { missing, makeValues, signal }: BandReading,
  visit: (tile: DenseTile) => void,
): Promise<void> {
  const [chunkRows, chunkColumns] = array.metadata.chunkShape;
  const width = array.metadata.shape[1];
  const bandIndex = Math.floor(start / chunkRows);
  const rowFrom = start - bandIndex * chunkRows;
  const rowCount = end - start;
  const tileCount = Math.ceil(width / chunkColumns);

  for (let first = 0; first < tileCount; first += READ_CONCURRENCY) {
    const indices = Array.from(
      { length: Math.min(READ_CONCURRENCY, tileCount - first) },
      (_, i) => first + i,
    );
    const chunks = await settleAll(
      indices.map((index) => array.readChunk([bandIndex, index], missing, signal)),
    );
    for (let i = 0; i < chunks.length; i++) {
      const columnStart = indices[i] * chunkColumns;
      const columnCount = Math.min(chunkColumns, width - columnStart);
      const values = makeValues(rowCount * columnCount);
      const [rowStride, columnStride] = chunks[i]?.stride ?? [chunkColumns, 1];
      const data = chunks[i]?.data;
      // One for all rows or columns of the tile.
      const piece = { data, from: 0, to: 0, at: 0 };
      if (columnStride === 1 && rowStride === columnCount && data !== undefined) {
        piece.from = rowFrom * rowStride;
        piece.to = piece.from + values.length;
        copyCounts(array, piece, values);
      } else if (columnStride === 1 || data === undefined) {
        for (let row = 0; row < rowCount; row++) {
          piece.from = (rowFrom + row) * rowStride;
          piece.to = piece.from + columnCount;
          piece.at = row * columnCount;
          copyCounts(array, piece, values);
        }
      } else {
        const column = makeValues(rowCount);
        for (let j = 0; j < columnCount; j++) {
          piece.from = j * columnStride + rowFrom;
          piece.to = piece.from + rowCount;
          copyCounts(array, piece, column);
          for (let row = 0; row < rowCount; row++) values[row * columnCount + j] = column[row];
        }
      }
      visit({ columnStart, columnCount, rowCount, values });
    }
  }
}

/** A whole matrix as doubles, row-major. For narrow ones (coordinates), as it is held in full. */
export async function readDenseMatrix(
  array: ZarrArray,
  missing: MissingChunk,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const [rowCount, width] = array.metadata.shape;
  requireItemRoom(array, 2 * Float64Array.BYTES_PER_ELEMENT);
  const chunkRows = array.metadata.chunkShape[0];
  const reading: BandReading = { missing, makeValues: (length) => new Float64Array(length), signal };
  const readBand = async (start: number) => {
    const end = Math.min(start + chunkRows, rowCount);
    let band: Float64Array | undefined;
    const place = ({ columnStart, columnCount, values }: DenseTile) => {
      if (columnCount === width) {
        band = values as Float64Array;
        return;
      }
      band ??= new Float64Array((end - start) * width);
      for (let row = 0; row < end - start; row++) {
        band.set(values.subarray(row * columnCount, (row + 1) * columnCount), row * width + columnStart);
      }
    };
    await readRowBand(array, { start, end }, reading, place);
    return band ?? new Float64Array((end - start) * width);
  };
  // The matrix is made once all of it has been seen: a length that metadata promise wrongly costs no memory.
  const bands: Float64Array[] = [];
  const step = chunkRows * READ_CONCURRENCY;
  for (let first = 0; first < rowCount; first += step) {
    const starts: number[] = [];
    for (let start = first; start < Math.min(first + step, rowCount); start += chunkRows) starts.push(start);
    bands.push(...(await settleAll(starts.map(readBand))));
  }
  if (bands.length === 1) return bands[0];
  const matrix = new Float64Array(rowCount * width);
  let at = 0;
  for (const band of bands) {
    matrix.set(band, at);
    at += band.length;
  }
  return matrix;
}
