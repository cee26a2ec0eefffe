import { greatestInt, indexAt, sumOfInts } from "./memory";

// The moments of genes over rows of counts. Each gene's sums take the spots in order, as its twin in
// packages/select-genes/src/gene-moments.ts does, so that both give the same bits.
// Counts are made integers once, in vectors: to turn a float into a place in a table costs more than all else that is done with it.

/**
 * Turns the values of rows, in place, into integers; writes the sum and the greatest of each row.
 *
 * @returns whether all of them are whole numbers of at least 0; what is beyond 2^31 - 1 counts as that
 */
export function scanCounts(rowCount: usize, indptr: usize, values: usize, totals: usize, greatest: usize): bool {
  let faults = i32x4.splat(0);
  let isFaulty = false;
  for (let row: usize = 0; row < rowCount; row++) {
    const to = indexAt(indptr, row + 1);
    let i = indexAt(indptr, row);
    let sums = i32x4.splat(0);
    let most = i32x4.splat(0);
    for (; i + 4 <= to; i += 4) {
      const at = values + (i << 2);
      const value = v128.load(at);
      const count = i32x4.trunc_sat_f32x4_s(value);
      // Negative where the value is, and where something was cut off.
      faults = v128.or(faults, v128.or(count, f32x4.ne(f32x4.convert_i32x4_s(count), value)));
      sums = i32x4.add(sums, count);
      most = i32x4.max_s(most, count);
      v128.store(at, count);
    }
    let total = sumOfInts(sums);
    let top = greatestInt(most);
    for (; i < to; i++) {
      const at = values + (i << 2);
      const value = load<f32>(at);
      const count = <i32>value;
      if (count < 0 || <f32>count != value) isFaulty = true;
      total += count;
      top = max(top, count);
      store<i32>(at, count);
    }
    store<i32>(totals + (row << 2), total);
    store<i32>(greatest + (row << 2), top);
  }
  return !isFaulty && i32x4.bitmask(faults) === 0;
}

/** Sums the counts of each row whose columns' `offsets` are not `dropped`. */
export function sumKept(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  counts: usize,
  offsets: usize,
  dropped: i32,
  totals: usize,
): void {
  for (let row: usize = 0; row < rowCount; row++) {
    const to = indexAt(indptr, row + 1);
    let total: i32 = 0;
    for (let i = indexAt(indptr, row); i < to; i++) {
      const isKept = <i32>indexAt(offsets, indexAt(indices, i)) !== dropped;
      total += select(<i32>indexAt(counts, i), 0, isKept);
    }
    store<i32>(totals + (row << 2), total);
  }
}

/**
 * Adds v, v^2 and the count of each entry to three numbers of its gene.
 *
 * @param offsets of each column's three numbers, in bytes from `sums`
 * @param logs pairs of v and v^2 by count: those of a row begin at the pair that `logAt` names
 */
export function addRows(
  rowCount: usize,
  indptr: usize,
  indices: usize,
  counts: usize,
  offsets: usize,
  sums: usize,
  logs: usize,
  logAt: usize,
): void {
  for (let row: usize = 0; row < rowCount; row++) {
    const to = indexAt(indptr, row + 1);
    const table = logs + (indexAt(logAt, row) << 4);
    for (let i = indexAt(indptr, row); i < to; i++) {
      const at = sums + indexAt(offsets, indexAt(indices, i));
      const count = indexAt(counts, i);
      v128.store(at, f64x2.add(v128.load(at), v128.load(table + (count << 4))));
      store<f64>(at, load<f64>(at, 16) + <f64><i32>count, 16);
    }
  }
}
