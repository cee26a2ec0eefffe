import type { Coordinates } from "@flashdeconv/core";
import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import { checkCoordinates } from "./check-coordinates.js";
import { partitionBelow, selectMiddle } from "./partition.js";
import type { PlaceGroups, Places } from "./places.js";

/**
 * A k-d tree in flat arrays. Node 0 is the root; the left child of an inner node follows it at once, `right` names the
 * other one and is 0 for a leaf. A node is a group of places.
 *
 * Built in O(N log N) for any coordinates: nodes are cut at the middle of their box, and at the median where that would
 * leave one side almost empty, so outliers and clusters cannot make it deep. Spots at one and the same place stay in
 * one leaf of any size, in ascending order.
 */
export interface SpatialTree extends PlaceGroups {
  readonly nodeCount: number;
  readonly right: Int32Array;
  /** Tight bounds of each node: the lowest coordinate on every axis, then the highest ones. */
  readonly boxes: Float64Array;
}

/** Most spots of a leaf, but for spots at one place. Found by trial: 8 to 16 are about equally fast. */
export const LEAF_SIZE = 8;

/** A cut that leaves less than this share of a node's spots on one side is replaced by one at the median. */
const LEAST_SHARE = 1 / 8;

/** No tree is deeper: each level leaves at most 7/8 of the spots, and there are at most 2^31 of them. */
export const DEPTH_LIMIT = 256;

/**
 * @param takesOver whether the tree's points are to lie where the coordinates are now
 * @throws ShapeError or CoordinateError as `checkCoordinates` does.
 */
export function buildSpatialTree(
  coordinates: Coordinates,
  allocate: Allocate = allocateHere,
  takesOver = false,
): SpatialTree {
  const spotCount = checkCoordinates(coordinates);
  const { dimension, values } = coordinates;
  const points = takesOver ? values : allocate(Float64Array, values.length);
  if (!takesOver) points.set(values);
  const spots = allocate(Int32Array, spotCount);
  for (let spot = 0; spot < spotCount; spot++) spots[spot] = spot;
  return treeOf({ spotCount, dimension, points, spots }, allocate);
}

/** A tree over places that are in another order. It takes them over. */
export function treeOf(places: Places, allocate: Allocate): SpatialTree {
  const { spotCount, dimension, points, spots } = places;
  // About 0.4 nodes per spot on ordinary data.
  const nodes = allocateNodes(Math.ceil(spotCount / 2) + 1, dimension, allocate);
  let tree: SpatialTree = { spotCount, dimension, points, spots, nodeCount: 0, ...nodes };
  let nodeCount = 0;

  const addNode = (from: number, to: number): void => {
    if (nodeCount === tree.start.length) tree = { ...tree, ...growNodes(tree, allocate) };
    const node = nodeCount++;
    tree.start[node] = from;
    tree.end[node] = to;
    const axis = fitBox(tree, node);
    const at = node * 2 * dimension + axis;
    const low = tree.boxes[at];
    const high = tree.boxes[at + dimension];
    if (low === high) spots.subarray(from, to).sort();
    if (low === high || to - from <= LEAF_SIZE) return;

    let cut = partitionBelow(tree, node, axis, low + (high - low) / 2);
    if (Math.min(cut - from, to - cut) < LEAST_SHARE * (to - from)) {
      cut = selectMiddle(tree, node, axis);
    }
    addNode(from, cut);
    tree.right[node] = nodeCount;
    addNode(cut, to);
  };
  addNode(0, spotCount);
  return { ...tree, nodeCount };
}

type Nodes = Pick<SpatialTree, "start" | "end" | "right" | "boxes">;

function allocateNodes(capacity: number, dimension: number, allocate: Allocate): Nodes {
  return {
    start: allocate(Int32Array, capacity),
    end: allocate(Int32Array, capacity),
    right: allocate(Int32Array, capacity),
    boxes: allocate(Float64Array, capacity * 2 * dimension),
  };
}

function growNodes(tree: SpatialTree, allocate: Allocate): Nodes {
  const grown = allocateNodes(tree.start.length * 2, tree.dimension, allocate);
  grown.start.set(tree.start);
  grown.end.set(tree.end);
  grown.right.set(tree.right);
  grown.boxes.set(tree.boxes);
  return grown;
}

/** Writes the tight box of a node and returns its widest axis. */
function fitBox({ points, dimension, boxes, start, end }: SpatialTree, node: number): number {
  const from = start[node];
  const to = end[node];
  let widest = 0;
  let greatestExtent = -1;
  for (let axis = 0; axis < dimension; axis++) {
    let low = points[from * dimension + axis];
    let high = low;
    for (let i = (from + 1) * dimension + axis; i < to * dimension; i += dimension) {
      const value = points[i];
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    boxes[node * 2 * dimension + axis] = low;
    boxes[(node * 2 + 1) * dimension + axis] = high;
    if (high - low > greatestExtent) {
      greatestExtent = high - low;
      widest = axis;
    }
  }
  return widest;
}
