import type { Coordinates } from "@flashdeconv/core";
import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import { checkCoordinates } from "./check-coordinates.js";
import { gatherRows, permuteRows } from "./permute-rows.js";
import type { Places } from "./places.js";

/**
 * The spots sorted into equal square bins. Those of bin `c` have the places `binStart[c] .. binStart[c + 1]`, in ascending
 * order of spot. Bins are numbered along x first, so neighbouring bins of a row are one run of places.
 */
export interface SpotGrid extends Places {
  /** The lowest coordinate on every axis. */
  readonly lows: Float64Array;
  /** Bins along every axis; 1 along a third axis that is not there. */
  readonly columnCounts: Int32Array;
  readonly binSize: number;
  readonly binsPerUnit: number;
  readonly binStart: Int32Array;
}

/**
 * Taken off distances to bins, or added to what is within reach, in bins: far more than rounding can put a coordinate on the
 * wrong side of a bin's edge (2^-51 times the number of columns), far less than would cost anything.
 */
export const EDGE_SLACK = 1e-4;

/** At most so many bins per spot: memory stays linear, and walks over empty bins short. */
const GREATEST_BIN_SHARE = 2;

/** A grid is good when a spot shares its bin with at most so many times the spots that it would on evenly spread data. */
const FINE_CROWDING = 1.5;
const WORST_CROWDING = 3;

/** Outside these sizes squares would lose digits to underflow or overflow. */
const LEAST_BIN = 1e-120;
const GREATEST_BIN = 1e120;

/**
 * The spots in a grid of about `spotsPerBin` spots in each bin that has any, or undefined where there is no such grid of a
 * reasonable size: lines, clusters, far outliers, many spots at one place. Depends on the coordinates only.
 *
 * @param takesOver whether the grid's points are to lie where the coordinates are now
 * @throws ShapeError or CoordinateError as `checkCoordinates` does.
 */
export function buildSpotGrid(
  coordinates: Coordinates,
  spotsPerBin: number,
  allocate: Allocate = allocateHere,
  takesOver = false,
): SpotGrid | undefined {
  const spotCount = checkCoordinates(coordinates);
  const { lows, extents } = boundsOf(coordinates);
  let binCount = Math.max(1, spotCount / spotsPerBin);
  let shape = gridShape(lows, extents, binCount);
  let counts = shape && countSpots(coordinates, shape, allocate);
  let crowding = counts ? crowdingOf(counts, spotCount) / (spotsPerBin + 1) : Number.POSITIVE_INFINITY;
  if (counts && crowding > FINE_CROWDING) {
    // The section fills only a part of its box. Finer bins help if it fills that part evenly.
    binCount = Math.min(binCount * crowding, GREATEST_BIN_SHARE * spotCount);
    shape = gridShape(lows, extents, binCount);
    counts = shape && countSpots(coordinates, shape, allocate);
    crowding = counts ? crowdingOf(counts, spotCount) / (spotsPerBin + 1) : Number.POSITIVE_INFINITY;
  }
  if (!shape || !counts || crowding > WORST_CROWDING) return undefined;
  const { dimension, values } = coordinates;
  const spots = sortIntoBins(coordinates, shape, counts, allocate);
  const points = takesOver ? values : allocate(Float64Array, values.length);
  if (takesOver) permuteRows(values, dimension, spots);
  else gatherRows(values, dimension, spots, points);
  return { spotCount, dimension, points, spots, ...shape, binStart: counts };
}

type Shape = Pick<SpotGrid, "lows" | "columnCounts" | "binSize" | "binsPerUnit">;

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

/** Bins of a size that gives about `binCount` of them; undefined where all spots share one place or numbers are extreme. */
function gridShape(lows: Float64Array, extents: Float64Array, binCount: number): Shape | undefined {
  const ascending = extents.filter((extent) => extent > 0).sort();
  let binSize = 0;
  // Axes narrower than a bin get one column and leave the others to make up the count.
  for (let first = 0; first < ascending.length; first++) {
    const wide = ascending.subarray(first);
    const logVolume = wide.reduce((sum, extent) => sum + Math.log(extent), 0);
    binSize = Math.exp((logVolume - Math.log(binCount)) / wide.length);
    if (binSize <= wide[0]) break;
  }
  if (!(binSize > LEAST_BIN && binSize < GREATEST_BIN)) return undefined;
  const binsPerUnit = 1 / binSize;
  const columnCounts = Int32Array.from(extents, (extent) => Math.floor(extent * binsPerUnit) + 1);
  return { lows, columnCounts, binSize, binsPerUnit };
}

/** Spots of each bin, and a last item of 0. */
function countSpots({ dimension, values }: Coordinates, shape: Shape, allocate: Allocate): Int32Array {
  const [across, down, deep] = shape.columnCounts;
  const counts = allocate(Int32Array, across * down * deep + 1);
  for (let at = 0; at < values.length; at += dimension) counts[binAt(values, at, dimension, shape)]++;
  return counts;
}

/** Mean over spots of the number of spots in the same bin. */
function crowdingOf(counts: Int32Array, spotCount: number): number {
  let pairs = 0;
  for (let bin = 0; bin < counts.length; bin++) pairs += counts[bin] * counts[bin];
  return pairs / spotCount;
}

/** A counting sort: the spot at each place. Turns the counts into the bins' first places. */
function sortIntoBins(
  { dimension, values }: Coordinates,
  shape: Shape,
  counts: Int32Array,
  allocate: Allocate,
): Int32Array {
  const spotCount = values.length / dimension;
  const binStart = counts;
  let end = 0;
  for (let bin = 0; bin < binStart.length; bin++) {
    end += binStart[bin];
    binStart[bin] = end;
  }
  const spots = allocate(Int32Array, spotCount);
  // From the last spot to the first, so that each bin's end moves down to its start and spots ascend in it.
  for (let spot = spotCount - 1; spot >= 0; spot--) {
    spots[--binStart[binAt(values, spot * dimension, dimension, shape)]] = spot;
  }
  return spots;
}

/**
 * The bin of the coordinates that begin at `at`. On no axis does a column descend as the coordinate grows, rounding or not, and
 * the greatest coordinate has the last column, as both are made by the same operations.
 */
function binAt(
  values: Float64Array,
  at: number,
  dimension: number,
  { lows, binsPerUnit, columnCounts }: Shape,
): number {
  const x = Math.floor((values[at] - lows[0]) * binsPerUnit);
  const y = Math.floor((values[at + 1] - lows[1]) * binsPerUnit);
  const z = dimension === 3 ? Math.floor((values[at + 2] - lows[2]) * binsPerUnit) : 0;
  return (z * columnCounts[1] + y) * columnCounts[0] + x;
}
