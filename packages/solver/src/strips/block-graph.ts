import type { NeighborGraph } from "@flashdeconv/core";

/** Which runs of so many rows touch: a neighbour graph whose rows are these blocks. */
export function buildBlockGraph(
  { spotCount: rowCount, indptr, indices }: NeighborGraph,
  rowsPerBlock: number,
): NeighborGraph {
  const blockCount = Math.ceil(rowCount / rowsPerBlock);
  const blockIndptr = new Int32Array(blockCount + 1);
  /** The last block that met each block. */
  const lastFrom = new Int32Array(blockCount).fill(-1);
  const visit = (block: number, meet: (other: number) => void) => {
    const end = Math.min((block + 1) * rowsPerBlock, rowCount);
    for (let e = indptr[block * rowsPerBlock]; e < indptr[end]; e++) {
      const other = Math.floor(indices[e] / rowsPerBlock);
      if (other === block || lastFrom[other] === block) continue;
      lastFrom[other] = block;
      meet(other);
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
