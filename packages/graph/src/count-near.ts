import { squaredDistance } from "./places.js";
import { DEPTH_LIMIT, type SpatialTree } from "./spatial-tree.js";
import { squaredGap } from "./walk-leaves.js";

const stack = new Int32Array(DEPTH_LIMIT);

/**
 * Counts the other spots within a radius of each spot of leaf `home`, adds the counts to `counts[spot + 1]` and returns their
 * sum. A node that lies within the radius as a whole is counted without a look inside: a radius that is far too large, or
 * millions of spots at one place, are found at once.
 */
export function countNear(
  tree: SpatialTree,
  home: number,
  squaredRadius: number,
  counts: Int32Array,
): number {
  const { start, end, right, spots } = tree;
  const from = start[home];
  const to = end[home];
  let whole = 0;
  let single = 0;
  let depth = 1;
  stack[0] = 0;
  while (depth > 0) {
    const node = stack[--depth];
    if (squaredGap(tree, home, node) > squaredRadius) continue;
    if (squaredSpan(tree, home, node) <= squaredRadius) {
      whole += end[node] - start[node];
    } else if (right[node] !== 0) {
      stack[depth++] = right[node];
      stack[depth++] = node + 1;
    } else {
      for (let place = from; place < to; place++) {
        let near = 0;
        for (let other = start[node]; other < end[node]; other++) {
          if (squaredDistance(tree, place, other) <= squaredRadius) near++;
        }
        counts[spots[place] + 1] += near;
        single += near;
      }
    }
  }
  // Every spot has met itself.
  for (let place = from; place < to; place++) counts[spots[place] + 1] += whole - 1;
  return single + (to - from) * (whole - 1);
}

/** The greatest squared distance that a spot in one node's box may have from one in the other's. */
function squaredSpan({ boxes, dimension }: SpatialTree, a: number, b: number): number {
  const lowA = a * 2 * dimension;
  const lowB = b * 2 * dimension;
  let sum = 0;
  for (let axis = 0; axis < dimension; axis++) {
    const below = boxes[lowA + dimension + axis] - boxes[lowB + axis];
    const above = boxes[lowB + dimension + axis] - boxes[lowA + axis];
    const span = Math.max(below, above);
    sum += span * span;
  }
  return sum;
}
