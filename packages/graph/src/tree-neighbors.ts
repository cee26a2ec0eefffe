import { buildCandidates, type Candidates, insertCandidate } from "./candidates.js";
import { squaredDistance } from "./places.js";
import { LEAF_SIZE, type SpatialTree } from "./spatial-tree.js";
import { squaredGapTo, walkLeaves } from "./walk-leaves.js";

/**
 * The nearest other spots of each spot, nearest first, of equally near ones the lower index first. All in places of the
 * tree: row p belongs to spot `tree.spots[p]`, and so do its items.
 *
 * All spots of a leaf search together, so that one walk through the tree serves about six of them.
 *
 * @param neighborCount k, at least 1 and below the number of spots
 * @returns N x k places, row-major
 */
export function treeNeighbors(tree: SpatialTree, neighborCount: number): Int32Array {
  const { nodeCount, start, end, right, spotCount } = tree;
  const neighbors = new Int32Array(spotCount * neighborCount);
  const found = buildCandidates(neighborCount, LEAF_SIZE);
  let from = 0;
  let to = 0;
  const visit = (leaf: number): number => {
    let bound = 0;
    for (let place = from; place < to; place++) {
      offerLeaf(tree, leaf, place, found, (place - from) * neighborCount);
      bound = Math.max(bound, found.distances[(place - from + 1) * neighborCount - 1]);
    }
    return bound;
  };
  for (let leaf = 0; leaf < nodeCount; leaf++) {
    if (right[leaf] !== 0) continue;
    // Spots at one place can be many in a leaf; they go in groups.
    for (from = start[leaf]; from < end[leaf]; from = to) {
      to = Math.min(from + LEAF_SIZE, end[leaf]);
      found.distances.fill(Number.POSITIVE_INFINITY);
      walkLeaves(tree, leaf, Number.POSITIVE_INFINITY, visit);
      const count = (to - from) * neighborCount;
      for (let i = 0; i < count; i++) neighbors[from * neighborCount + i] = found.places[i];
    }
  }
  return neighbors;
}

/** Offers every spot of a leaf as a neighbour of the one at `place`, whose candidates begin at `slot`. */
function offerLeaf(tree: SpatialTree, leaf: number, place: number, found: Candidates, slot: number): void {
  const { spots, start, end } = tree;
  const last = slot + found.neighborCount - 1;
  const to = end[leaf];
  // More than a leaf holds otherwise: all lie at one place, in ascending order.
  const atOnePlace = to - start[leaf] > LEAF_SIZE;
  if (squaredGapTo(tree, place, leaf) > found.distances[last]) return;
  for (let other = start[leaf]; other < to; other++) {
    if (other === place) continue;
    const distance = squaredDistance(tree, place, other);
    const worst = found.distances[last];
    if (distance < worst || (distance === worst && spots[other] < spots[found.places[last]])) {
      insertCandidate(found, spots, slot, last, distance, other);
    } else if (atOnePlace) {
      return;
    }
  }
}
