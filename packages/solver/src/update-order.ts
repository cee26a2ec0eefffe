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
 * @param coloring of the blocks, where it is known
 */
export function updateOrder(
  graph: NeighborGraph,
  spatialOrder?: Int32Array,
  out = new Int32Array(graph.spotCount),
  coloring = colorBlocks(graph, spatialOrder),
): UpdateOrder {
  const { spotCount } = graph;
  const { colorOf, colorCount } = coloring;
  const colorStarts = new Int32Array(colorCount + 1);
  const blocks = orderedBlocks(colorOf, colorCount);
  let filled = 0;
  for (const block of blocks) {
    const start = block * SPOTS_PER_BLOCK;
    const end = Math.min(start + SPOTS_PER_BLOCK, spotCount);
    if (spatialOrder) out.set(spatialOrder.subarray(start, end), filled);
    else for (let place = start; place < end; place++) out[filled + place - start] = place;
    filled += end - start;
    colorStarts[colorOf[block] + 1] = filled;
  }
  return { order: out, colorStarts, blocks };
}

function orderedBlocks(colorOf: Int32Array, colorCount: number): Int32Array {
  const next = new Int32Array(colorCount + 1);
  for (const color of colorOf) next[color + 1]++;
  for (let color = 0; color < colorCount; color++) next[color + 1] += next[color];
  const blocks = new Int32Array(colorOf.length);
  for (let block = 0; block < colorOf.length; block++) blocks[next[colorOf[block]]++] = block;
  return blocks;
}

export interface Coloring {
  /** Of each block. */
  readonly colorOf: Int32Array;
  readonly colorCount: number;
}

/**
 * Greedy colouring in the order of the blocks: the lowest colour that no touching block has taken.
 *
 * @param rowsPerBlock rows of the graph in a block: fewer where each stands for several spots
 */
export function colorBlocks(
  { spotCount, indptr, indices }: NeighborGraph,
  spatialOrder?: Int32Array,
  rowsPerBlock = SPOTS_PER_BLOCK,
): Coloring {
  const blockCount = Math.ceil(spotCount / rowsPerBlock);
  const blockOf = new Int32Array(spotCount);
  for (let block = 0; block < blockCount; block++) {
    const end = Math.min((block + 1) * rowsPerBlock, spotCount);
    for (let place = block * rowsPerBlock; place < end; place++) {
      blockOf[spatialOrder ? spatialOrder[place] : place] = block;
    }
  }
  const colorOf = new Int32Array(blockCount).fill(-1);
  /** The last block that met each colour on a neighbour. There are never more colours than blocks. */
  const takenFor = new Int32Array(blockCount).fill(-1);
  let colorCount = 0;
  for (let block = 0; block < blockCount; block++) {
    const end = Math.min((block + 1) * rowsPerBlock, spotCount);
    for (let place = block * rowsPerBlock; place < end; place++) {
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
