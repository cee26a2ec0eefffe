import { settleAll } from "../settle-all.js";
import { copyCounts, copyIndices } from "./copy-numbers.js";
import { countArray, missingIndices, type SparseMatrix } from "./sparse-matrix.js";
import { type VectorCursor, vectorCursor } from "./vector-cursor.js";

/** The entries of a CSC matrix in stored order, a run at a time. Runs belong to the entries: they are only looked at. */
export interface Entries {
  /** Row indices alone. */
  eachIndices(visit: (rows: Int32Array) => void): Promise<void>;
  /** Rows and values; `at` is the position of the run's first entry. */
  each(visit: (at: number, rows: Int32Array, values: Float32Array | Float64Array) => void): Promise<void>;
}

/** Entries read at a time when they are not kept: 3 MB or less. */
const ENTRIES_PER_READ = 2 ** 18;

/** Opens the entries for one pass: read now and kept, or read again by every visit. */
export async function columnEntries(
  matrix: SparseMatrix,
  keep: boolean,
  signal?: AbortSignal,
): Promise<Entries> {
  const [spotCount] = matrix.shape;
  const openData = () => vectorCursor(matrix.data, "refuse", signal);
  const openIndices = () => vectorCursor(matrix.indices, missingIndices(matrix), signal);

  const readRows = async (cursor: VectorCursor, start: number, end: number) => {
    const rows = new Int32Array(end - start);
    await cursor.read(start, end, (piece) => copyIndices(matrix.indices, piece, rows, spotCount));
    return rows;
  };
  const readValues = async (cursor: VectorCursor, start: number, end: number) => {
    const values = countArray(matrix.data, end - start);
    await cursor.read(start, end, (piece) => copyCounts(matrix.data, piece, values));
    return values;
  };

  if (keep) {
    const [rows, values] = await settleAll([
      readRows(openIndices(), 0, matrix.itemCount),
      readValues(openData(), 0, matrix.itemCount),
    ]);
    return { eachIndices: async (visit) => visit(rows), each: async (visit) => visit(0, rows, values) };
  }
  return {
    async eachIndices(visit) {
      const indices = openIndices();
      for (const { start, end } of runs(matrix.itemCount)) visit(await readRows(indices, start, end));
    },
    async each(visit) {
      const [indices, data] = [openIndices(), openData()];
      for (const { start, end } of runs(matrix.itemCount)) {
        const [rows, values] = await settleAll([readRows(indices, start, end), readValues(data, start, end)]);
        visit(start, rows, values);
      }
    },
  };
}

function* runs(itemCount: number): Generator<{ start: number; end: number }> {
  for (let start = 0; start < itemCount; start += ENTRIES_PER_READ) {
    yield { start, end: Math.min(start + ENTRIES_PER_READ, itemCount) };
  }
}
