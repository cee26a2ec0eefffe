import type { NeighborGraph } from "@flashdeconv/core";

/** Spots per cell of the update order: small enough to share among workers, large enough that few edges cross cells. */
export const SPOTS_PER_CELL = 64;

export interface UpdateOrder {
  /** Every spot once: colour by colour, cell by cell, in spatial order within a cell. */
  readonly order: Int32Array;
  /** Where each colour begins in `order`, and its length at the end. */
  readonly colorStarts: Int32Array;
  /** Numbers of the cells in that order; the last cell of the section, which may hold fewer spots, ends its colour. */
  readonly cells: Int32Array;
}

/**
 * The order in which spots are updated: spots are cut into cells of 64 that follow each other in `spatialOrder` and the
 * cells are coloured so that no two cells of one colour touch. Cells of a colour may be updated in any order or at once
 * with the same result to the bit, so the order belongs to the data and not to whoever runs it.
 *
 * @param spatialOrder a permutation of the spots that keeps neighbours close; storage order if left out
 * @param out the array to become `order`
 */
export function updateOrder(graph: NeighborGraph, spatialOrder?: Int32Array, out?: Int32Array): UpdateOrder {
  const { spotCount } = graph;
  const { colorOf, colorCount } = colorCells(graph, spatialOrder);
  const colorStarts = new Int32Array(colorCount + 1);
  for (let place = 0; place < spotCount; place++) colorStarts[colorOf[cellAt(place)] + 1]++;
  for (let color = 0; color < colorCount; color++) colorStarts[color + 1] += colorStarts[color];
  const next = colorStarts.slice();
  const cells = orderedCells(colorOf, colorCount);
  const order = out ?? new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) {
    order[next[colorOf[cellAt(place)]]++] = spatialOrder ? spatialOrder[place] : place;
  }
  return { order, colorStarts, cells };
}

function orderedCells(colorOf: Int32Array, colorCount: number): Int32Array {
  const next = new Int32Array(colorCount + 1);
  for (const color of colorOf) next[color + 1]++;
  for (let color = 0; color < colorCount; color++) next[color + 1] += next[color];
  const cells = new Int32Array(colorOf.length);
  for (let cell = 0; cell < colorOf.length; cell++) cells[next[colorOf[cell]]++] = cell;
  return cells;
}

/** Greedy colouring in the order of the cells: the lowest colour that no touching cell has taken. */
export function colorCells({ spotCount, indptr, indices }: NeighborGraph, spatialOrder?: Int32Array) {
  const cellCount = Math.ceil(spotCount / SPOTS_PER_CELL);
  const cellOf = new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) {
    cellOf[spatialOrder ? spatialOrder[place] : place] = cellAt(place);
  }
  const colorOf = new Int32Array(cellCount).fill(-1);
  /** The last cell that met each colour on a neighbour. There are never more colours than cells. */
  const takenFor = new Int32Array(cellCount).fill(-1);
  let colorCount = 0;
  for (let cell = 0; cell < cellCount; cell++) {
    const end = Math.min((cell + 1) * SPOTS_PER_CELL, spotCount);
    for (let place = cell * SPOTS_PER_CELL; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
        const other = colorOf[cellOf[indices[e]]];
        if (other >= 0) takenFor[other] = cell;
      }
    }
    let color = 0;
    while (takenFor[color] === cell) color++;
    colorOf[cell] = color;
    colorCount = Math.max(colorCount, color + 1);
  }
  return { colorOf, colorCount };
}

export function cellAt(place: number): number {
  return Math.floor(place / SPOTS_PER_CELL);
}
