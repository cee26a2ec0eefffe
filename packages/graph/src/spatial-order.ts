import type { Coordinates } from "@flashdeconv/core";
import { checkCoordinates } from "./check-coordinates.js";
import { splitComponents } from "./components.js";
import { HILBERT_AXIS_BITS, hilbertKey } from "./hilbert-key.js";
import { sortByKey } from "./sort-by-key.js";

/** So few spots in a bin are near enough to each other. */
const SMALL_GROUP = 16;

/**
 * An order of the spots in which those that follow each other lie close: along a Hilbert curve over the bounding square
 * or cube, of 2^16 bins per axis in the plane and 2^10 in space. Where more than 16 spots share a bin (there is a far
 * outlier, for one), they get a curve of their own; else they keep the order of their index.
 *
 * Components follow each other, each along a curve of its own.
 *
 * Linear in the number of spots; 20 bytes of scratch memory for each.
 *
 * @returns the spots in that order
 * @throws ShapeError without a spot, CoordinateError for a coordinate that is not finite.
 */
export function spatialOrder(coordinates: Coordinates): Int32Array {
  const order = new Int32Array(checkCoordinates(coordinates));
  if (coordinates.components) {
    let at = 0;
    for (const { spots } of splitComponents(coordinates)) {
      order.set(spots, at);
      orderGroup(coordinates, order.subarray(at, at + spots.length));
      at += spots.length;
    }
    return order;
  }
  for (let spot = 0; spot < order.length; spot++) order[spot] = spot;
  orderGroup(coordinates, order);
  return order;
}

/** Puts a part of the order, which ascends by index, in order along a curve over just these spots. */
function orderGroup(coordinates: Coordinates, order: Int32Array): void {
  const keys = hilbertKeys(coordinates, order);
  if (keys === undefined) return;
  sortByKey(keys, order);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && keys[to] === keys[from]) to++;
    if (to - from > SMALL_GROUP) orderGroup(coordinates, order.subarray(from, to));
  }
}

/** Position of each spot along the curve, or undefined where all lie at one place. */
function hilbertKeys({ dimension, values }: Coordinates, spots: Int32Array): Uint32Array | undefined {
  const lows = [0, 0, 0];
  let extent = 0;
  for (let axis = 0; axis < dimension; axis++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < spots.length; i++) {
      const value = values[spots[i] * dimension + axis];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    lows[axis] = low;
    extent = Math.max(extent, high - low);
  }
  if (extent === 0) return undefined;
  const [lowX, lowY, lowZ] = lows;
  const lastBin = 2 ** HILBERT_AXIS_BITS[dimension] - 1;
  const keys = new Uint32Array(spots.length);
  for (let i = 0; i < spots.length; i++) {
    const at = spots[i] * dimension;
    // Divided first: a share is at most 1 however small the extent.
    const x = Math.floor(((values[at] - lowX) / extent) * lastBin);
    const y = Math.floor(((values[at + 1] - lowY) / extent) * lastBin);
    const z = dimension === 3 ? Math.floor(((values[at + 2] - lowZ) / extent) * lastBin) : 0;
    keys[i] = hilbertKey(x, y, z, dimension);
  }
  return keys;
}
