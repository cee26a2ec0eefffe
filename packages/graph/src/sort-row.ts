/** Longer rows are left to the built-in sort, which needs a view made for it. */
const SHORT_ROW = 48;

/** Sorts `indices[from .. to]` in ascending order. */
export function sortRow(indices: Int32Array, from: number, to: number): void {
  if (to - from > SHORT_ROW) {
    indices.subarray(from, to).sort();
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const index = indices[i];
    let at = i;
    while (at > from && indices[at - 1] > index) {
      indices[at] = indices[at - 1];
      at--;
    }
    indices[at] = index;
  }
}
