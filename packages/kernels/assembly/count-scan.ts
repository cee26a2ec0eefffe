import { greatestInt, indexAt, sumOfInts } from "./memory";

// What rows of counts come to, four values at a time. Totals and maxima of whole numbers do not depend on the order they are taken in,
// so the twin in packages/normalize/src/count-check.ts has the same bits; of anything else only that it is there is told.

/**
 * Writes the sum and the greatest of each row.
 *
 * @returns whether all values are whole numbers above 0 and below 2^31 - 1 (and below 2^31 in sum)
 */
export function scanRows(rowCount: usize, indptr: usize, values: usize, totals: usize, greatest: usize): bool {
  let faults = i32x4.splat(0);
  let isPlain = true;
  for (let row: usize = 0; row < rowCount; row++) {
    let i = indexAt(indptr, row);
    const to = indexAt(indptr, row + 1);
    const entryCount = to - i;
    let sums = i32x4.splat(0);
    let most = i32x4.splat(0);
    for (; i + 4 <= to; i += 4) {
      const value = v128.load(values + (i << 2));
      const count = i32x4.trunc_sat_f32x4_s(value);
      // Negative for what is not above 0, and where something was cut off.
      const low = i32x4.sub(count, i32x4.splat(1));
      faults = v128.or(faults, v128.or(low, f32x4.ne(f32x4.convert_i32x4_s(count), value)));
      sums = i32x4.add(sums, count);
      most = i32x4.max_s(most, count);
    }
    let total = sumOfInts(sums);
    let top = greatestInt(most);
    for (; i < to; i++) {
      const value = load<f32>(values + (i << 2));
      const count = <i32>value;
      if (count < 1 || <f32>count != value) isPlain = false;
      total += count;
      top = max(top, count);
    }
    // Of so many as great no sum of 32 bits could be trusted.
    if (<u64>top * <u64>entryCount >= 0x7fffffff) isPlain = false;
    store<i32>(totals + (row << 2), total);
    store<i32>(greatest + (row << 2), top);
  }
  return isPlain && i32x4.bitmask(faults) === 0;
}
