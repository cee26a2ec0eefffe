import type { Coordinates } from "@flashdeconv/core";
import { checkCoordinates } from "./check-coordinates.js";
import { type Allocate, ordinaryMemory, type Places } from "./places.js";

/**
 * The spots sorted into equal square cells. Those of cell `c` have the places `cellStart[c] .. cellStart[c + 1]`, in ascending
 * order of spot. Cells are numbered along x first, so neighbouring cells of a row are one run of places.
 */
export interface SpotGrid extends Places {
  /** The lowest coordinate on every axis. */
  readonly lows: Float64Array;
  /** Cells along every axis; 1 along a third axis that is not there. */
  readonly columnCounts: Int32Array;
  readonly cellSize: number;
  readonly cellsPerUnit: number;
  readonly cellStart: Int32Array;
}

/**
 * Taken off distances to cells, or added to what is within reach, in cells: far more than rounding can put a coordinate on the
 * wrong side of a cell's edge (2^-51 times the number of columns), far less than would cost anything.
 */
export const EDGE_SLACK = 1e-4;

/** At most so many cells per spot: memory stays linear, and walks over empty cells short. */
const GREATEST_CELL_SHARE = 2;

/** A grid is good when a spot shares its cell with at most so many times the spots that it would on evenly spread data. */
const FINE_CROWDING = 1.5;
const WORST_CROWDING = 3;

/** Outside these sizes squares would lose digits to underflow or overflow. */
const LEAST_CELL = 1e-120;
const GREATEST_CELL = 1e120;

/**
 * The spots in a grid of about `spotsPerCell` spots in each cell that has any, or undefined where there is no such grid of a
 * reasonable size: lines, clusters, far outliers, many spots at one place. Depends on the coordinates only.
 *
 * @throws ShapeError or CoordinateError as `checkCoordinates` does.
 */
export function buildSpotGrid(
  coordinates: Coordinates,
  spotsPerCell: number,
  allocate: Allocate = ordinaryMemory,
): SpotGrid | undefined {
  const spotCount = checkCoordinates(coordinates);
  const { lows, extents } = boundsOf(coordinates);
  let cellCount = Math.max(1, spotCount / spotsPerCell);
  let shape = gridShape(lows, extents, cellCount);
  let counts = shape && countSpots(coordinates, shape, allocate);
  let crowding = counts ? crowdingOf(counts, spotCount) / (spotsPerCell + 1) : Number.POSITIVE_INFINITY;
  if (counts && crowding > FINE_CROWDING) {
    // The section fills only a part of its box. Finer cells help if it fills that part evenly.
    cellCount = Math.min(cellCount * crowding, GREATEST_CELL_SHARE * spotCount);
    shape = gridShape(lows, extents, cellCount);
    counts = shape && countSpots(coordinates, shape, allocate);
    crowding = counts ? crowdingOf(counts, spotCount) / (spotsPerCell + 1) : Number.POSITIVE_INFINITY;
  }
  if (!shape || !counts || crowding > WORST_CROWDING) return undefined;
  return sortIntoCells(coordinates, shape, counts, allocate);
}

type Shape = Pick<SpotGrid, "lows" | "columnCounts" | "cellSize" | "cellsPerUnit">;

function boundsOf({ dimension, values }: Coordinates): { lows: Float64Array; extents: Float64Array } {
  const lows = new Float64Array(3);
  const extents = new Float64Array(3);
  for (let axis = 0; axis < dimension; axis++) {
    let low = values[axis];
    let high = low;
    for (let i = axis; i < values.length; i += dimension) {
      if (values[i] < low) low = values[i];
      else if (values[i] > high) high = values[i];
    }
    lows[axis] = low;
    extents[axis] = high - low;
  }
  return { lows, extents };
}

/** Cells of a size that gives about `cellCount` of them; undefined where all spots share one place or numbers are extreme. */
function gridShape(lows: Float64Array, extents: Float64Array, cellCount: number): Shape | undefined {
  const ascending = extents.filter((extent) => extent > 0).sort();
  let cellSize = 0;
  // Axes narrower than a cell get one column and leave the others to make up the count.
  for (let first = 0; first < ascending.length; first++) {
    const wide = ascending.subarray(first);
    const logVolume = wide.reduce((sum, extent) => sum + Math.log(extent), 0);
    cellSize = Math.exp((logVolume - Math.log(cellCount)) / wide.length);
    if (cellSize <= wide[0]) break;
  }
  if (!(cellSize > LEAST_CELL && cellSize < GREATEST_CELL)) return undefined;
  const cellsPerUnit = 1 / cellSize;
  const columnCounts = Int32Array.from(extents, (extent) => Math.floor(extent * cellsPerUnit) + 1);
  return { lows, columnCounts, cellSize, cellsPerUnit };
}

/** Spots of each cell, and a last item of 0. */
function countSpots({ dimension, values }: Coordinates, shape: Shape, allocate: Allocate): Int32Array {
  const [across, down, deep] = shape.columnCounts;
  const counts = new Int32Array(allocate(4 * (across * down * deep + 1)));
  for (let at = 0; at < values.length; at += dimension) counts[cellAt(values, at, dimension, shape)]++;
  return counts;
}

/** Mean over spots of the number of spots in the same cell. */
function crowdingOf(counts: Int32Array, spotCount: number): number {
  let pairs = 0;
  for (let cell = 0; cell < counts.length; cell++) pairs += counts[cell] * counts[cell];
  return pairs / spotCount;
}

/** A counting sort; turns the counts into the cells' first places. */
function sortIntoCells(
  { dimension, values }: Coordinates,
  shape: Shape,
  counts: Int32Array,
  allocate: Allocate,
): SpotGrid {
  const spotCount = values.length / dimension;
  const cellStart = counts;
  let end = 0;
  for (let cell = 0; cell < cellStart.length; cell++) {
    end += cellStart[cell];
    cellStart[cell] = end;
  }
  const points = new Float64Array(allocate(8 * values.length));
  const spots = new Int32Array(allocate(4 * spotCount));
  // From the last spot to the first, so that each cell's end moves down to its start and spots ascend in it.
  for (let spot = spotCount - 1; spot >= 0; spot--) {
    const at = spot * dimension;
    const place = --cellStart[cellAt(values, at, dimension, shape)];
    spots[place] = spot;
    const to = place * dimension;
    points[to] = values[at];
    points[to + 1] = values[at + 1];
    if (dimension === 3) points[to + 2] = values[at + 2];
  }
  return { spotCount, dimension, points, spots, ...shape, cellStart };
}

/**
 * The cell of the coordinates that begin at `at`. On no axis does a column descend as the coordinate grows, rounding or not, and
 * the greatest coordinate has the last column, as both are made by the same operations.
 */
function cellAt(
  values: Float64Array,
  at: number,
  dimension: number,
  { lows, cellsPerUnit, columnCounts }: Shape,
): number {
  const x = Math.floor((values[at] - lows[0]) * cellsPerUnit);
  const y = Math.floor((values[at + 1] - lows[1]) * cellsPerUnit);
  const z = dimension === 3 ? Math.floor((values[at + 2] - lows[2]) * cellsPerUnit) : 0;
  return (z * columnCounts[1] + y) * columnCounts[0] + x;
}
