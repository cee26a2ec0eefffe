import type { NeighborGraph } from "@flashdeconv/core";
import { SPOTS_PER_BLOCK } from "../update-order.js";

/** Which blocks of the update order touch: a neighbour graph whose rows are blocks. */
export function buildBlockGraph(
  { spotCount, indptr, indices }: NeighborGraph,
  blockOf: Int32Array,
  spatialOrder?: Int32Array,
): NeighborGraph {
  const blockCount = Math.ceil(spotCount / SPOTS_PER_BLOCK);
  const blockIndptr = new Int32Array(blockCount + 1);
  /** The last block that met each block. */
  const lastFrom = new Int32Array(blockCount).fill(-1);
  const visit = (block: number, meet: (other: number) => void) => {
    const end = Math.min((block + 1) * SPOTS_PER_BLOCK, spotCount);
    for (let place = block * SPOTS_PER_BLOCK; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
        const other = blockOf[indices[e]];
        if (other === block || lastFrom[other] === block) continue;
        lastFrom[other] = block;
        meet(other);
      }
    }
  };
  let edgeCount = 0;
  for (let block = 0; block < blockCount; block++) {
    visit(block, () => edgeCount++);
    blockIndptr[block + 1] = edgeCount;
  }
  lastFrom.fill(-1);
  const blockIndices = new Int32Array(edgeCount);
  let at = 0;
  for (let block = 0; block < blockCount; block++) visit(block, (other) => (blockIndices[at++] = other));
  return { spotCount: blockCount, indptr: blockIndptr, indices: blockIndices };
}
