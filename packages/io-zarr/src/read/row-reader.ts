import { settleAll } from "../settle-all.js";
import { copyCounts, copyIndices } from "./copy-numbers.js";
import type { Rows } from "./order-rows.js";
import type { Offsets } from "./read-offsets.js";
import { countArray, missingIndices, type SparseMatrix } from "./sparse-matrix.js";
import { vectorCursor } from "./vector-cursor.js";
import type { ZarrArray } from "./zarr-array.js";

/** Reads runs of rows of a CSR matrix forwards, one after the other. The rows belong to whoever asked for them. */
export interface RowReader {
  /** Rows `start .. end`, copied out of the stored chunks they lie in. */
  copy(start: number, end: number): Promise<Rows>;
  /**
   * The same for rows that lie in one stored chunk, whose decoded arrays are handed out where that can be. Their column
   * indices are not checked.
   */
  take(start: number, end: number): Promise<Rows>;
}

/** @param lastRow where the rows end that will be asked for; nothing beyond is read */
export function rowReader(
  matrix: SparseMatrix,
  offsets: Offsets,
  lastRow: number,
  signal?: AbortSignal,
): RowReader {
  const width = matrix.shape[1];
  const data = vectorCursor(matrix.data, "refuse", signal, offsets[lastRow]);
  const indices = vectorCursor(matrix.indices, missingIndices(matrix), signal, offsets[lastRow]);

  const copyValues = async (from: number, to: number) => {
    const values = countArray(matrix.data, to - from);
    await data.read(from, to, (piece) => copyCounts(matrix.data, piece, values));
    return values;
  };
  const copyColumns = async (from: number, to: number): Promise<Int32Array> => {
    const columns = new Int32Array(to - from);
    await indices.read(from, to, (piece) => copyIndices(matrix.indices, piece, columns, width));
    return columns;
  };
  const takeValues = async (from: number, to: number) => {
    const piece = await data.take(from, to);
    return (piece.data as Float32Array | Float64Array).subarray(piece.from, piece.to);
  };
  const takeColumns = async (from: number, to: number) => {
    const piece = await indices.take(from, to);
    return (piece.data as Int32Array).subarray(piece.from, piece.to);
  };
  const read = async (
    start: number,
    end: number,
    readValues: typeof copyValues,
    readColumns: typeof copyColumns,
  ) => {
    const from = offsets[start];
    const indptr = new Int32Array(end - start + 1);
    for (let i = 0; i < indptr.length; i++) indptr[i] = offsets[start + i] - from;
    const [values, columns] = await settleAll([
      readValues(from, offsets[end]),
      readColumns(from, offsets[end]),
    ]);
    return { indptr, indices: columns, values };
  };
  return {
    copy: (start, end) => read(start, end, copyValues, copyColumns),
    take: (start, end) =>
      read(
        start,
        end,
        ownsValues(matrix) ? takeValues : copyValues,
        ownsColumns(matrix) ? takeColumns : copyColumns,
      ),
  };
}

/** Whether what `take` gives are decoded chunks, without a copy. */
export function ownsChunks(matrix: SparseMatrix): boolean {
  return ownsValues(matrix) && ownsColumns(matrix);
}

const ownsValues = ({ data }: SparseMatrix) => isOwn(data, "float32", "float64");
const ownsColumns = ({ indices }: SparseMatrix) => isOwn(indices, "int32");

/** Whether decoded chunks are of one of these types as they are, and nobody else's. */
function isOwn({ metadata }: ZarrArray, ...typeNames: string[]): boolean {
  return metadata.isCompressed && typeNames.includes(metadata.dataType.name);
}
