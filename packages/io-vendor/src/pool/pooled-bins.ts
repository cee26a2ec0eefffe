import { FormatError, type NameChunk } from "@flashdeconv/core";
import { lowerBound, numbered } from "@flashdeconv/core/internal";
import { type HdBins, readHdBins } from "../positions/hd-barcodes.js";

/** Rows and columns of a grid lie below this: a name has six digits for each. */
const SIDE = 2 ** 20;

/** Larger bins that hold all of some smaller ones, by row and then by column. */
export interface PooledBins extends HdBins {
  readonly count: number;
  /** The larger bin of a smaller one of the grid; -1 where it is none of these. */
  find(row: number, column: number): number;
  /** The larger bin of each smaller one of the matrix. */
  readonly ofSpot: Int32Array;
}

/**
 * The bins that have `by` x `by` bins of a matrix in them, and hold at least one.
 *
 * @throws FormatError for names that are none of bins, and for a name twice
 */
export async function pooledBins(
  names: AsyncIterable<NameChunk>,
  spotCount: number,
  by: number,
  path: string,
): Promise<PooledBins> {
  const { row, column } = await readHdBins(names, spotCount, path);
  const keys = new Float64Array(spotCount);
  for (let i = 0; i < spotCount; i++) keys[i] = row[i] * SIDE + column[i];
  refuseTwice(keys.sort(), path);
  const keyOf = (smallRow: number, smallColumn: number) =>
    Math.floor(smallRow / by) * SIDE + Math.floor(smallColumn / by);
  for (let i = 0; i < spotCount; i++) keys[i] = keyOf(row[i], column[i]);
  const distinct = keepDistinct(keys.sort());
  const find = (smallRow: number, smallColumn: number): number => {
    const key = keyOf(smallRow, smallColumn);
    const at = lowerBound(distinct, key);
    return distinct[at] === key ? at : -1;
  };
  const ofSpot = new Int32Array(spotCount);
  for (let i = 0; i < spotCount; i++) ofSpot[i] = find(row[i], column[i]);
  return {
    count: distinct.length,
    row: Int32Array.from(distinct, (key) => Math.floor(key / SIDE)),
    column: Int32Array.from(distinct, (key) => key % SIDE),
    find,
    ofSpot,
  };
}

const NAMES_AT_A_TIME = 65_536;

/** Names of bins as Space Ranger gives them. */
export async function* binNames({ row, column }: HdBins, edge: number): AsyncIterable<NameChunk> {
  const encoder = new TextEncoder();
  const padded = (value: number, width: number) => String(value).padStart(width, "0");
  for (let start = 0; start < row.length; start += NAMES_AT_A_TIME) {
    const count = Math.min(NAMES_AT_A_TIME, row.length - start);
    const offsets = new Int32Array(count + 1);
    let text = "";
    for (let i = 0; i < count; i++) {
      text += `s_${padded(edge, 3)}um_${padded(row[start + i], 5)}_${padded(column[start + i], 5)}-1`;
      offsets[i + 1] = text.length;
    }
    yield { start, count, offsets, bytes: encoder.encode(text) };
  }
}

function refuseTwice(sorted: Float64Array, path: string): void {
  let count = 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) count++;
  if (count === 0) return;
  throw new FormatError({
    path,
    found: `${numbered(count, "bin")} listed twice`,
    expected: "each bin once",
    remedy: "Give the matrix as Space Ranger wrote it.",
  });
}

/** The list is changed where it lies. */
function keepDistinct(sorted: Float64Array): Float64Array {
  let count = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i];
  return sorted.slice(0, count);
}
