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
  const x = axisGap(boxes, lowA, lowB, dimension);
  const y = axisGap(boxes, lowA + 1, lowB + 1, dimension);
  if (dimension === 2) return x * x + y * y;
  const z = axisGap(boxes, lowA + 2, lowB + 2, dimension);
  return x * x + y * y + z * z;
}

/** The distance between two boxes along the axis whose low bounds are at `a` and `b`. */
function axisGap(boxes: Float64Array, a: number, b: number, dimension: number): number {
  const below = boxes[a] - boxes[b + dimension];
  if (below > 0) return below;
  const above = boxes[b] - boxes[a + dimension];
  if (above > 0) return above;
  return 0;
}

/** The squared distance between a place and the box of a node. */
export function squaredGapTo({ points, boxes, dimension }: SpatialTree, place: number, node: number): number {
  const at = place * dimension;
  const low = node * 2 * dimension;
  const x = pointGap(points[at], boxes[low], boxes[low + dimension]);
  const y = pointGap(points[at + 1], boxes[low + 1], boxes[low + dimension + 1]);
  if (dimension === 2) return x * x + y * y;
  const z = pointGap(points[at + 2], boxes[low + 2], boxes[low + dimension + 2]);
  return x * x + y * y + z * z;
}

function pointGap(value: number, low: number, high: number): number {
  if (value < low) return low - value;
  if (value > high) return value - high;
  return 0;
}
