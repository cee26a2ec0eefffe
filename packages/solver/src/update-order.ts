import type { NeighborGraph } from "@flashdeconv/core";

/** Spots per block of the update order: small enough to share among workers, large enough that few edges cross blocks. */
export const SPOTS_PER_BLOCK = 64;

export interface UpdateOrder {
  /** Every spot once: colour by colour, block by block, in spatial order within a block. */
  readonly order: Int32Array;
  /** Where each colour begins in `order`, and its length at the end. */
  readonly colorStarts: Int32Array;
  /** Numbers of the blocks in that order; the last block of the section, which may hold fewer spots, ends its colour. */
  readonly blocks: Int32Array;
}

/**
 * The order in which spots are updated: spots are cut into blocks of 64 that follow each other in `spatialOrder` and the
 * blocks are coloured so that no two blocks of one colour touch. Blocks of a colour may be updated in any order or at once
 * with the same result to the bit, so the order belongs to the data and not to whoever runs it.
 *
 * @param spatialOrder a permutation of the spots that keeps neighbours close; storage order if left out
 * @param out the array to become `order`
 */
export function updateOrder(graph: NeighborGraph, spatialOrder?: Int32Array, out?: Int32Array): UpdateOrder {
  const { spotCount } = graph;
  const { colorOf, colorCount } = colorBlocks(graph, spatialOrder);
  const colorStarts = new Int32Array(colorCount + 1);
  for (let place = 0; place < spotCount; place++) colorStarts[colorOf[blockAt(place)] + 1]++;
  for (let color = 0; color < colorCount; color++) colorStarts[color + 1] += colorStarts[color];
  const next = colorStarts.slice();
  const blocks = orderedBlocks(colorOf, colorCount);
  const order = out ?? new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) {
    order[next[colorOf[blockAt(place)]]++] = spatialOrder ? spatialOrder[place] : place;
  }
  return { order, colorStarts, blocks };
}

function orderedBlocks(colorOf: Int32Array, colorCount: number): Int32Array {
  const next = new Int32Array(colorCount + 1);
  for (const color of colorOf) next[color + 1]++;
  for (let color = 0; color < colorCount; color++) next[color + 1] += next[color];
  const blocks = new Int32Array(colorOf.length);
  for (let block = 0; block < colorOf.length; block++) blocks[next[colorOf[block]]++] = block;
  return blocks;
}

/** Greedy colouring in the order of the blocks: the lowest colour that no touching block has taken. */
export function colorBlocks({ spotCount, indptr, indices }: NeighborGraph, spatialOrder?: Int32Array) {
  const blockCount = Math.ceil(spotCount / SPOTS_PER_BLOCK);
  const blockOf = new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) {
    blockOf[spatialOrder ? spatialOrder[place] : place] = blockAt(place);
  }
  const colorOf = new Int32Array(blockCount).fill(-1);
  /** The last block that met each colour on a neighbour. There are never more colours than blocks. */
  const takenFor = new Int32Array(blockCount).fill(-1);
  let colorCount = 0;
  for (let block = 0; block < blockCount; block++) {
    const end = Math.min((block + 1) * SPOTS_PER_BLOCK, spotCount);
    for (let place = block * SPOTS_PER_BLOCK; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
        const other = colorOf[blockOf[indices[e]]];
        if (other >= 0) takenFor[other] = block;
      }
    }
    let color = 0;
    while (takenFor[color] === block) color++;
    colorOf[block] = color;
    colorCount = Math.max(colorCount, color + 1);
  }
  return { colorOf, colorCount };
}

export function blockAt(place: number): number {
  return Math.floor(place / SPOTS_PER_BLOCK);
}
