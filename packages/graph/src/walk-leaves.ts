import { DEPTH_LIMIT, type SpatialTree } from "./spatial-tree.js";

const nodeStack = new Int32Array(DEPTH_LIMIT);
const gapStack = new Float64Array(DEPTH_LIMIT);

/**
 * Visits the leaves that may hold a spot within some distance of the box of leaf `home`, near ones early.
 *
 * The bound is a squared distance, at first infinite or what the caller knows; each visit returns the bound that holds
 * from then on. A leaf at just the bound is visited. Rounding cannot hide a leaf: the squared gap of two boxes is computed by
 * the same operations as the squared distance of two spots in them, and each of these is monotonic.
 */
export function walkLeaves(
  tree: SpatialTree,
  home: number,
  bound: number,
  visit: (leaf: number) => number,
): void {
  const { right } = tree;
  let depth = 1;
  nodeStack[0] = 0;
  gapStack[0] = 0;
  while (depth > 0) {
    depth--;
    if (gapStack[depth] > bound) continue;
    let node = nodeStack[depth];
    while (right[node] !== 0) {
      const left = node + 1;
      const other = right[node];
      const leftGap = squaredGap(tree, home, left);
      const otherGap = squaredGap(tree, home, other);
      // Of two that touch, the one with `home` in it comes first.
      const leftFirst = leftGap < otherGap || (leftGap === otherGap && home < other);
      const farGap = leftFirst ? otherGap : leftGap;
      if (farGap <= bound) {
        nodeStack[depth] = leftFirst ? other : left;
        gapStack[depth++] = farGap;
      }
      node = (leftFirst ? leftGap : otherGap) <= bound ? (leftFirst ? left : other) : -1;
      if (node < 0) break;
    }
    if (node >= 0) bound = visit(node);
  }
}

/** The squared distance between the boxes of two nodes. */
export function squaredGap({ boxes, dimension }: SpatialTree, a: number, b: number): number {
  const lowA = a * 2 * dimension;
  const lowB = b * 2 * dimension;
  let sum = 0;
  for (let axis = 0; axis < dimension; axis++) {
    const below = boxes[lowA + axis] - boxes[lowB + dimension + axis];
    const above = boxes[lowB + axis] - boxes[lowA + dimension + axis];
    const gap = Math.max(below, above, 0);
    sum += gap * gap;
  }
  return sum;
}

/** The squared distance between two places. */
export function squaredDistance({ points, dimension }: SpatialTree, a: number, b: number): number {
  let sum = 0;
  for (let axis = 0; axis < dimension; axis++) {
    const difference = points[a * dimension + axis] - points[b * dimension + axis];
    sum += difference * difference;
  }
  return sum;
}
