import type { Coordinates } from "@flashdeconv/core";
import { checkCoordinates } from "./check-coordinates.js";

/** Bits per axis: the curve's position then has 52 bits in the plane and 51 in space, which a number holds exactly. */
const AXIS_BITS = { 2: 26, 3: 17 } as const;
/** The position is sorted by in digits of 13 bits. */
const DIGIT_BITS = 13;

/**
 * An order of the spots in which those that follow each other lie close: along a Hilbert curve over the bounding square
 * or cube. Spots in the same of its cells (2^26 per axis in the plane, 2^17 in space) keep the order of their index.
 *
 * @returns the spots in that order
 * @throws ShapeError without a spot, CoordinateError for a coordinate that is not finite.
 */
export function spatialOrder(coordinates: Coordinates): Int32Array {
  return sortByKey(hilbertKeys(coordinates));
}

/** Position of each spot along the curve. */
function hilbertKeys(coordinates: Coordinates): Float64Array {
  const spotCount = checkCoordinates(coordinates);
  const { dimension, values } = coordinates;
  const bits = AXIS_BITS[dimension];
  const lows = new Float64Array(dimension).fill(Number.POSITIVE_INFINITY);
  let extent = 0;
  for (let axis = 0; axis < dimension; axis++) {
    let high = Number.NEGATIVE_INFINITY;
    for (let i = axis; i < values.length; i += dimension) {
      lows[axis] = Math.min(lows[axis], values[i]);
      high = Math.max(high, values[i]);
    }
    extent = Math.max(extent, high - lows[axis]);
  }
  const lastCell = 2 ** bits - 1;
  const keys = new Float64Array(spotCount);
  const cell = new Int32Array(dimension);
  for (let spot = 0; spot < spotCount; spot++) {
    for (let axis = 0; axis < dimension; axis++) {
      const share = extent > 0 ? (values[spot * dimension + axis] - lows[axis]) / extent : 0;
      cell[axis] = Math.floor(share * lastCell);
    }
    keys[spot] = hilbertKey(cell, bits);
  }
  return keys;
}

/**
 * Position of a cell along the Hilbert curve; overwrites the cell. Source of the transform: Skilling 2004, "Programming
 * the Hilbert curve" (AIP Conference Proceedings 707:381).
 */
function hilbertKey(cell: Int32Array, bits: number): number {
  const dimension = cell.length;
  for (let bit = 1 << (bits - 1); bit > 1; bit >>= 1) {
    const below = bit - 1;
    for (let axis = 0; axis < dimension; axis++) {
      if (cell[axis] & bit) {
        cell[0] ^= below;
      } else {
        const exchanged = (cell[0] ^ cell[axis]) & below;
        cell[0] ^= exchanged;
        cell[axis] ^= exchanged;
      }
    }
  }
  // Gray code.
  for (let axis = 1; axis < dimension; axis++) cell[axis] ^= cell[axis - 1];
  let flip = 0;
  for (let bit = 1 << (bits - 1); bit > 1; bit >>= 1) if (cell[dimension - 1] & bit) flip ^= bit - 1;
  let key = 0;
  for (let bit = bits - 1; bit >= 0; bit--) {
    for (let axis = 0; axis < dimension; axis++) key = key * 2 + (((cell[axis] ^ flip) >> bit) & 1);
  }
  return key;
}

/** Indices in ascending order of their keys (whole numbers below 2^52), equal ones in ascending order of index: a radix sort. */
function sortByKey(keys: Float64Array): Int32Array {
  let order = new Int32Array(keys.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let sorted = new Int32Array(keys.length);
  const digitCount = 2 ** DIGIT_BITS;
  const starts = new Int32Array(digitCount + 1);
  for (let unit = 1; unit < 2 ** 52; unit *= digitCount) {
    const digitOf = (i: number) => Math.floor(keys[i] / unit) % digitCount;
    starts.fill(0);
    for (let i = 0; i < keys.length; i++) starts[digitOf(i) + 1]++;
    for (let digit = 0; digit < digitCount; digit++) starts[digit + 1] += starts[digit];
    for (const i of order) sorted[starts[digitOf(i)]++] = i;
    [order, sorted] = [sorted, order];
  }
  return order;
}
