import type { Coordinates } from "@flashdeconv/core";

/** How spots lie: how far apart, and whether they are the bins of a square grid. */
export interface SpotLayout {
  /** Left, top, right and bottom of the positions, in their own units. Infinite where there is none. */
  readonly bounds: readonly [left: number, top: number, right: number, bottom: number];
  /** Distance of a spot's second nearest neighbour, the median of a sample; 0 where no two spots lie apart. */
  readonly pitch: number;
  /** Whether the neighbours lie along the axes: such spots are drawn as squares, others as discs. */
  readonly isSquare: boolean;
}

/** Squares of what is smaller, or larger than its inverse, are no numbers. */
const LEAST_EXTENT = 1e-150;
const MOST_SAMPLES = 1000;
/** Of samples closer together than a cell some are enough. */
const MOST_PER_CELL = 8;
const SLOT_BITS = 17;
const SLOT_COUNT = 2 ** SLOT_BITS;
/** How much may be lacking where distances are said to be equal. */
const SLACK = 0.05;

/** Measures how spots lie, in a few passes over the positions; beside them it holds little. A third dimension is looked along. */
export function measureSpots({ dimension, values }: Coordinates): SpotLayout {
  const spotCount = Math.floor(values.length / dimension);
  const bounds = boundsOf(values, dimension);
  const [left, top, right, bottom] = bounds;
  const extent = Math.max(right - left, bottom - top);
  if (spotCount < 2 || !(extent > LEAST_EXTENT && extent < 1 / LEAST_EXTENT))
    return { bounds, pitch: 0, isSquare: false };
  const samples = samplesOf(spotCount, dimension);
  // Mean distance if all the area were taken; what lies closer together is found at once, what does not with a wider reach.
  const area = Math.max(right - left, extent / spotCount) * Math.max(bottom - top, extent / spotCount);
  let reach = 1.5 * Math.sqrt(area / spotCount);
  let near = nearOf(samples, { values, dimension, bounds, reach });
  while (countOf(near) < near.length / 2 && reach < 2 * extent) {
    reach *= 4;
    near = nearOf(samples, { values, dimension, bounds, reach });
  }
  // Of two places there is no second neighbour.
  const seconds = near.map(({ second }) => second).filter(Number.isFinite);
  const pitch = medianOf(seconds.length > 0 ? seconds : near.map(({ first }) => first));
  if (!Number.isFinite(pitch)) return { bounds, pitch: extent, isSquare: false };
  return { bounds, pitch, isSquare: isSquareGrid(samples, { values, dimension, bounds, pitch }) };
}

/** Where in the positions those of some spots begin, evenly spread. */
export function samplesOf(spotCount: number, dimension: number): number[] {
  const count = Math.min(MOST_SAMPLES, spotCount);
  return Array.from({ length: count }, (_, i) => dimension * Math.floor((i * spotCount) / count));
}

function boundsOf(values: Float64Array, dimension: number): [number, number, number, number] {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at += dimension) {
    const x = values[at];
    const y = values[at + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return [left, top, right, bottom];
}

interface Search {
  readonly values: Float64Array;
  readonly dimension: number;
  readonly bounds: SpotLayout["bounds"];
  /** How far to look. */
  readonly reach: number;
}

interface Near {
  first: number;
  second: number;
}

/** Distances of the two nearest places of each sample that was looked at and that are not its own, where they lie within reach. */
function nearOf(samples: readonly number[], search: Search): Near[] {
  const near = samples.map(() => ({ first: Infinity, second: Infinity }));
  const taken = eachPair(samples, search, (i, dx, dy) => {
    const distance = Math.hypot(dx, dy);
    const one = near[i];
    if (distance === 0 || distance > search.reach) return;
    if (distance < one.first) {
      one.second = one.first;
      one.first = distance;
    } else if (distance < one.second) one.second = distance;
  });
  return taken.map((i) => near[i]);
}

/** Whether what lies a pitch away from samples lies along the axes, and there is such in both directions. */
function isSquareGrid(
  samples: readonly number[],
  search: Omit<Search, "reach"> & { pitch: number },
): boolean {
  const { pitch } = search;
  let [along, down, aslant] = [0, 0, 0];
  eachPair(samples, { ...search, reach: pitch * 1.3 }, (_, dx, dy) => {
    const distance = Math.hypot(dx, dy);
    if (distance === 0 || distance > pitch * 1.2) return;
    if (Math.abs(dy) < SLACK * pitch && Math.abs(dx) > pitch * (1 - SLACK)) along++;
    else if (Math.abs(dx) < SLACK * pitch && Math.abs(dy) > pitch * (1 - SLACK)) down++;
    else aslant++;
  });
  return along > 0 && down > 0 && aslant < SLACK * (along + down);
}

/** Passes over all spots; calls `meet` for each and every sample in the cells around it. Returns the samples that were looked at. */
export function eachPair(
  samples: readonly number[],
  { values, dimension, bounds: [left, top], reach }: Search,
  meet: (sample: number, dx: number, dy: number) => void,
): number[] {
  const cellOf = (at: number) =>
    [Math.floor((values[at] - left) / reach), Math.floor((values[at + 1] - top) / reach)] as const;
  const counts = new Map<string, number>();
  const taken = [...samples.keys()].filter((i) => {
    const cell = cellOf(samples[i]).join(" ");
    const count = counts.get(cell) ?? 0;
    counts.set(cell, count + 1);
    return count < MOST_PER_CELL;
  });
  // Samples by the cells around them, in lists: most spots find none.
  const lists: (number[] | undefined)[] = new Array(SLOT_COUNT).fill(undefined);
  for (const i of taken) {
    const [column, row] = cellOf(samples[i]);
    for (let cell = 0; cell < 9; cell++) {
      const slot = slotOf(column - 1 + (cell % 3), row - 1 + Math.floor(cell / 3));
      lists[slot] ??= [];
      // Cells far apart may share a list.
      if (!lists[slot].includes(i)) lists[slot].push(i);
    }
  }
  for (let at = 0; at < values.length; at += dimension) {
    const x = values[at];
    const y = values[at + 1];
    const list = lists[slotOf(Math.floor((x - left) / reach), Math.floor((y - top) / reach))];
    if (list === undefined) continue;
    for (const i of list) meet(i, x - values[samples[i]], y - values[samples[i] + 1]);
  }
  return taken;
}

function slotOf(column: number, row: number): number {
  return (Math.imul(column, 0x9e3779b1) ^ Math.imul(row, 0x85ebca6b)) >>> (32 - SLOT_BITS);
}

function countOf(near: readonly Near[]): number {
  return near.filter(({ second }) => Number.isFinite(second)).length;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity;
}
