// The moments of genes over rows of counts. Each gene's sums take the spots in order, as its twin in
// packages/select-genes/src/gene-moments.ts does, so that both give the same bits.
// Counts are made integers once, in vectors: to turn a float into a place in a table costs more than all else that is done with it.

@inline
function intAt(numbers: usize, i: usize): i32 {
  return load<i32>(numbers + (i << 2));
}

/**
 * Turns the values of rows, in place, into integers; writes the sum and the greatest of each row.
 *
 * @returns whether all of them are whole numbers of at least 0; what is beyond 2^31 - 1 counts as that
 */
export function scanCounts(rowCount: usize, indptr: usize, values: usize, totals: usize, greatest: usize): bool {
  let faults = i32x4.splat(0);
  let isFaulty = false;
  for (let row: usize = 0; row < rowCount; row++) {
    const to = <usize>intAt(indptr, row + 1);
    let i = <usize>intAt(indptr, row);
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
    sums = i32x4.add(sums, i8x16.shuffle(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    most = i32x4.max_s(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    let total = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
    let top = max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1));
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
    const to = <usize>intAt(indptr, row + 1);
    let total: i32 = 0;
    for (let i = <usize>intAt(indptr, row); i < to; i++) {
      const isKept = intAt(offsets, <usize>intAt(indices, i)) !== dropped;
      total += select(intAt(counts, i), 0, isKept);
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
    const to = <usize>intAt(indptr, row + 1);
    const table = logs + (<usize>intAt(logAt, row) << 4);
    for (let i = <usize>intAt(indptr, row); i < to; i++) {
      const at = sums + <usize>intAt(offsets, <usize>intAt(indices, i));
      const count = intAt(counts, i);
      v128.store(at, f64x2.add(v128.load(at), v128.load(table + (<usize>count << 4))));
      store<f64>(at, load<f64>(at, 16) + <f64>count, 16);
    }
  }
}
