import type { SpotRange } from "@flashdeconv/core";
import {
  buildCandidates,
  type Candidates,
  countShared,
  insertCandidate,
  listCandidates,
  type NeighborLists,
} from "./candidates.js";
import { squaredDistance } from "./places.js";
import { LEAF_SIZE, type SpatialTree } from "./spatial-tree.js";
import { squaredGapTo, walkLeaves } from "./walk-leaves.js";

/**
 * The nearest other spots of the spots at the places `start .. end`, nearest first, of equally near ones the lower index first.
 *
 * All spots of a leaf search together, so that one walk through the tree serves about six of them.
 *
 * @param lists receives the lists of these spots; its k is at least 1
 * @returns how many of them lie where another spot does
 */
export function searchTree(
  tree: SpatialTree,
  { start, end }: SpotRange,
  { neighborCount, neighbors }: NeighborLists,
): number {
  const { nodeCount, right } = tree;
  const found = buildCandidates(neighborCount, LEAF_SIZE, tree.spots);
  let sharedCount = 0;
  let from = 0;
  let to = 0;
  const visit = (leaf: number): number => {
    let bound = 0;
    for (let place = from; place < to; place++) {
      offerLeaf(tree, leaf, place, found);
      bound = Math.max(bound, found.distances[(place - from + 1) * neighborCount - 1]);
    }
    return bound;
  };
  for (let leaf = 0; leaf < nodeCount; leaf++) {
    if (right[leaf] !== 0 || tree.end[leaf] <= start || tree.start[leaf] >= end) continue;
    const last = Math.min(tree.end[leaf], end);
    // Spots at one place can be many in a leaf; they go in groups.
    for (from = Math.max(tree.start[leaf], start); from < last; from = to) {
      to = Math.min(from + LEAF_SIZE, last);
      found.firstPlace = from;
      found.distances.fill(Number.POSITIVE_INFINITY);
      walkLeaves(tree, leaf, Number.POSITIVE_INFINITY, visit);
      listCandidates(found, to - from, neighbors);
      sharedCount += countShared(found, to - from);
    }
  }
  return sharedCount;
}

/** Offers every spot of a leaf as a neighbour of the one at `place`. */
function offerLeaf(tree: SpatialTree, leaf: number, place: number, found: Candidates): void {
  const { spots, start, end } = tree;
  const slot = (place - found.firstPlace) * found.neighborCount;
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
      insertCandidate(found, slot, distance, other);
    } else if (atOnePlace) {
      return;
    }
  }
}
