/** Writes row `order[i]` of `values` as row `i` of `out`. */
export function gatherRows(values: Float64Array, width: number, order: Int32Array, out: Float64Array): void {
  for (let row = 0; row < order.length; row++) {
    const at = order[row] * width;
    for (let i = 0; i < width; i++) out[row * width + i] = values[at + i];
  }
}

/** The same in place, for a permutation: each of its cycles is moved along once. */
export function permuteRows(values: Float64Array, width: number, order: Int32Array): void {
  const first = new Float64Array(width);
  for (let start = 0; start < order.length; start++) {
    // Rows that are done are marked by the complement of where they came from.
    if (order[start] < 0 || order[start] === start) continue;
    for (let i = 0; i < width; i++) first[i] = values[start * width + i];
    let row = start;
    for (let from = order[row]; from !== start; from = order[row]) {
      for (let i = 0; i < width; i++) values[row * width + i] = values[from * width + i];
      order[row] = ~from;
      row = from;
    }
    values.set(first, row * width);
    order[row] = ~start;
  }
  for (let row = 0; row < order.length; row++) if (order[row] < 0) order[row] = ~order[row];
}
