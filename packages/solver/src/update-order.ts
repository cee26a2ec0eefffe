import type { NeighborGraph } from "@flashdeconv/core";

/** Spots per cell of the update order: small enough to share among workers, large enough that few edges cross cells. */
const SPOTS_PER_CELL = 64;

/**
 * The order in which spots are updated: spots are cut into cells of 64 that follow each other in `spatialOrder`, the
 * cells are coloured so that no two cells of one colour touch, and each colour is one list of spots. Cells of a colour
 * may be updated in any order or at once with the same result to the bit, so the order belongs to the data and not to
 * whoever runs it.
 *
 * @param spatialOrder a permutation of the spots that keeps neighbours close; storage order if left out
 * @returns per colour, its spots: cell by cell, in spatial order within a cell
 */
export function updateOrder(graph: NeighborGraph, spatialOrder?: Int32Array): Int32Array[] {
  const { spotCount } = graph;
  const order = spatialOrder ?? Int32Array.from({ length: spotCount }, (_, spot) => spot);
  const cellCount = Math.ceil(spotCount / SPOTS_PER_CELL);
  const cellOf = new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) cellOf[order[place]] = Math.floor(place / SPOTS_PER_CELL);

  // Greedy colouring in cell order: the lowest colour that no touching cell has taken.
  const colorOf = new Int32Array(cellCount).fill(-1);
  const colors: number[][] = [];
  for (let cell = 0; cell < cellCount; cell++) {
    const taken = new Set<number>();
    forEachSpot(order, cell, (spot) => {
      for (let e = graph.indptr[spot]; e < graph.indptr[spot + 1]; e++) {
        const other = cellOf[graph.indices[e]];
        if (other !== cell && colorOf[other] >= 0) taken.add(colorOf[other]);
      }
    });
    let color = 0;
    while (taken.has(color)) color++;
    colorOf[cell] = color;
    colors[color] ??= [];
    colors[color].push(cell);
  }

  return colors.map((cells) => {
    const spots: number[] = [];
    for (const cell of cells) forEachSpot(order, cell, (spot) => spots.push(spot));
    return Int32Array.from(spots);
  });
}

function forEachSpot(order: Int32Array, cell: number, visit: (spot: number) => void): void {
  const end = Math.min((cell + 1) * SPOTS_PER_CELL, order.length);
  for (let place = cell * SPOTS_PER_CELL; place < end; place++) visit(order[place]);
}
