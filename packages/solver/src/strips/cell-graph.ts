import type { NeighborGraph } from "@flashdeconv/core";
import { SPOTS_PER_CELL } from "../update-order.js";

/** Which cells of the update order touch: a neighbour graph whose rows are cells. */
export function buildCellGraph(
  { spotCount, indptr, indices }: NeighborGraph,
  cellOf: Int32Array,
  spatialOrder?: Int32Array,
): NeighborGraph {
  const cellCount = Math.ceil(spotCount / SPOTS_PER_CELL);
  const cellIndptr = new Int32Array(cellCount + 1);
  /** The last cell that met each cell. */
  const lastFrom = new Int32Array(cellCount).fill(-1);
  const visit = (cell: number, meet: (other: number) => void) => {
    const end = Math.min((cell + 1) * SPOTS_PER_CELL, spotCount);
    for (let place = cell * SPOTS_PER_CELL; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
        const other = cellOf[indices[e]];
        if (other === cell || lastFrom[other] === cell) continue;
        lastFrom[other] = cell;
        meet(other);
      }
    }
  };
  let edgeCount = 0;
  for (let cell = 0; cell < cellCount; cell++) {
    visit(cell, () => edgeCount++);
    cellIndptr[cell + 1] = edgeCount;
  }
  lastFrom.fill(-1);
  const cellIndices = new Int32Array(edgeCount);
  let at = 0;
  for (let cell = 0; cell < cellCount; cell++) visit(cell, (other) => (cellIndices[at++] = other));
  return { spotCount: cellCount, indptr: cellIndptr, indices: cellIndices };
}
