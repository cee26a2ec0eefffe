import type { PlaceGroups, Places } from "./places.js";

/**
 * Reorders the places of a group so that those whose coordinate on `axis` is below `value` come first.
 *
 * @returns the first place that is not below
 */
export function partitionBelow(groups: PlaceGroups, group: number, axis: number, value: number): number {
  const { points, dimension } = groups;
  let low = groups.start[group];
  let high = groups.end[group] - 1;
  for (;;) {
    while (low <= high && points[low * dimension + axis] < value) low++;
    while (low <= high && points[high * dimension + axis] >= value) high--;
    if (low >= high) return low;
    swapPlaces(groups, low++, high--);
  }
}

/**
 * Reorders the places of a group so that no coordinate on `axis` in the first half is above one in the second: Hoare's
 * selection, 1961, with the median of three as the pivot. Equal coordinates go to both sides, so they do no harm.
 *
 * @returns the first place of the second half
 */
export function selectMiddle(groups: PlaceGroups, group: number, axis: number): number {
  const { points, dimension } = groups;
  let left = groups.start[group];
  let right = groups.end[group] - 1;
  const middle = (left + right + 1) >>> 1;
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
      if (low <= high) swapPlaces(groups, low++, high--);
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

function swapPlaces({ points, spots, dimension }: Places, a: number, b: number): void {
  const spot = spots[a];
  spots[a] = spots[b];
  spots[b] = spot;
  for (let axis = 0; axis < dimension; axis++) {
    const value = points[a * dimension + axis];
    points[a * dimension + axis] = points[b * dimension + axis];
    points[b * dimension + axis] = value;
  }
}
