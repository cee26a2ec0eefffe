/**
 * Reorders the places `from .. to` so that those whose coordinate on `axis` is below `value` come first.
 *
 * @returns the first place that is not below
 */
export function partitionBelow(
  value: number,
  axis: number,
  points: Float64Array,
  spots: Int32Array,
  dimension: number,
  from: number,
  to: number,
): number {
  let low = from;
  let high = to - 1;
  for (;;) {
    while (low <= high && points[low * dimension + axis] < value) low++;
    while (low <= high && points[high * dimension + axis] >= value) high--;
    if (low >= high) return low;
    swapPlaces(points, spots, dimension, low++, high--);
  }
}

/**
 * Reorders the places `from .. to` so that no coordinate on `axis` in the first half is above one in the second: Hoare's
 * selection, 1961, with the median of three as the pivot. Equal coordinates go to both sides, so they do no harm.
 *
 * @returns the first place of the second half
 */
export function selectMiddle(
  axis: number,
  points: Float64Array,
  spots: Int32Array,
  dimension: number,
  from: number,
  to: number,
): number {
  const middle = (from + to) >>> 1;
  let left = from;
  let right = to - 1;
  while (left < right) {
    const pivot = medianOfThree(
      points[left * dimension + axis],
      points[((left + right) >>> 1) * dimension + axis],
      points[right * dimension + axis],
    );
    let low = left;
    let high = right;
    while (low <= high) {
      while (points[low * dimension + axis] < pivot) low++;
      while (points[high * dimension + axis] > pivot) high--;
      if (low <= high) swapPlaces(points, spots, dimension, low++, high--);
    }
    if (middle <= high) right = high;
    else if (middle >= low) left = low;
    else return middle;
  }
  return middle;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swapPlaces(points: Float64Array, spots: Int32Array, dimension: number, a: number, b: number): void {
  const spot = spots[a];
  spots[a] = spots[b];
  spots[b] = spot;
  for (let axis = 0; axis < dimension; axis++) {
    const value = points[a * dimension + axis];
    points[a * dimension + axis] = points[b * dimension + axis];
    points[b * dimension + axis] = value;
  }
}
