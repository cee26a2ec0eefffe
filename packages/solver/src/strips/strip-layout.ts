import { type NeighborGraph, OptionError } from "@flashdeconv/core";
import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import { blockAt, colorBlocks, SPOTS_PER_BLOCK } from "../update-order.js";
import { buildBlockGraph } from "./block-graph.js";
import { linearOrder } from "./linear-order.js";

/**
 * A section cut into strips that can be swept one after the other. Its spots are renumbered: a spot's *position* is strip
 * by strip, in a strip colour by colour, in a colour block by block, and within a block in spatial order. So the spots that
 * one stage of a sweep updates in one strip are a range of positions.
 */
export interface StripLayout {
  readonly spotCount: number;
  /** Where each strip begins, and the spot count at the end. */
  readonly stripStarts: Int32Array;
  /** Spots of the largest strip. */
  readonly greatestStrip: number;
  /** The spot at each position. */
  readonly spotAt: Int32Array;
  /** Numbers of the blocks, in the order of positions. */
  readonly blocks: Int32Array;
  readonly colorCount: number;
  /** Strips x (colours + 1): the positions where each colour of a strip begins, and where its last one ends. */
  readonly colorStarts: Int32Array;
  /** Per strip the last strip that touches it or any strip before it; never less than itself. */
  readonly reach: Int32Array;
  /** Neighbours by position, those of each spot in the order they had. */
  readonly graph: NeighborGraph;
}

export interface StripOptions {
  /** Blocks of 64 spots; 128 by default. */
  readonly blocksPerStrip?: number;
  /** Makes the layout's large arrays; in plain ArrayBuffers if left out. */
  readonly allocate?: Allocate;
}

/** Small enough that a few dozen fit in a window, large enough that a round of them outweighs its messages. */
const BLOCKS_PER_STRIP = 128;

/**
 * Cuts a section into strips across its length.
 *
 * @param graph without edges for a solver that does not look at neighbours
 * @param spatialOrder as `solve` takes it: it decides the blocks and so the bits of the answer; nothing else here does
 */
export function arrangeStrips(
  graph: NeighborGraph,
  spatialOrder?: Int32Array,
  { blocksPerStrip = BLOCKS_PER_STRIP, allocate = allocateHere }: StripOptions = {},
): StripLayout {
  if (!Number.isInteger(blocksPerStrip) || blocksPerStrip < 1) {
    throw new OptionError({
      option: "blocksPerStrip",
      value: blocksPerStrip,
      rule: "a whole number of at least 1",
    });
  }
  const { spotCount } = graph;
  const blockOf = new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) blockOf[spatialOrder?.[place] ?? place] = blockAt(place);
  const { colorOf, colorCount } = colorBlocks(graph, spatialOrder);
  const blocks = linearOrder(buildBlockGraph(graph, blockOf, spatialOrder));
  for (let i = 0; i < blocks.length; i += blocksPerStrip) {
    // The section's last block may be small, and ends its colour so: pieces of a colour are cut at every 64th spot.
    blocks.subarray(i, i + blocksPerStrip).sort((a, b) => colorOf[a] - colorOf[b] || a - b);
  }

  const stripCount = Math.ceil(blocks.length / blocksPerStrip);
  const stripStarts = new Int32Array(stripCount + 1);
  const colorStarts = new Int32Array(stripCount * (colorCount + 1));
  const spotAt = allocate(Int32Array, spotCount);
  const positionOf = new Int32Array(spotCount);
  let position = 0;
  let strip = -1;
  let color = 0;
  const enterColor = (next: number) => {
    while (color < next) colorStarts[strip * (colorCount + 1) + ++color] = position;
  };
  for (const [i, block] of blocks.entries()) {
    if (i % blocksPerStrip === 0) {
      if (strip >= 0) enterColor(colorCount);
      stripStarts[++strip] = position;
      colorStarts[strip * (colorCount + 1)] = position;
      color = 0;
    }
    enterColor(colorOf[block]);
    const end = Math.min((block + 1) * SPOTS_PER_BLOCK, spotCount);
    for (let place = block * SPOTS_PER_BLOCK; place < end; place++) {
      const spot = spatialOrder ? spatialOrder[place] : place;
      positionOf[spot] = position;
      spotAt[position++] = spot;
    }
  }
  if (strip >= 0) enterColor(colorCount);
  stripStarts[stripCount] = position;
  const moved = moveGraph(graph, spotAt, positionOf, allocate);
  const reach = reachOf(moved, stripStarts);
  const greatestStrip = stripStarts.reduce(
    (most, start, i) => Math.max(most, i && start - stripStarts[i - 1]),
    0,
  );
  return {
    spotCount,
    stripStarts,
    greatestStrip,
    spotAt,
    blocks,
    colorCount,
    colorStarts,
    reach,
    graph: moved,
  };
}

/** The graph by position. */
function moveGraph(
  { spotCount, indptr, indices }: NeighborGraph,
  spotAt: Int32Array,
  positionOf: Int32Array,
  allocate: Allocate,
): NeighborGraph {
  const movedIndptr = allocate(Int32Array, spotCount + 1);
  const movedIndices = allocate(Int32Array, indices.length);
  let edge = 0;
  for (let position = 0; position < spotCount; position++) {
    const spot = spotAt[position];
    for (let e = indptr[spot]; e < indptr[spot + 1]; e++) movedIndices[edge++] = positionOf[indices[e]];
    movedIndptr[position + 1] = edge;
  }
  return { spotCount, indptr: movedIndptr, indices: movedIndices };
}

/** How far along the strips each of them reaches, or any before it. */
function reachOf({ indptr, indices }: NeighborGraph, stripStarts: Int32Array): Int32Array {
  const reach = new Int32Array(stripStarts.length - 1);
  let furthest = 0;
  let last = 0;
  for (let strip = 0; strip < reach.length; strip++) {
    for (let e = indptr[stripStarts[strip]]; e < indptr[stripStarts[strip + 1]]; e++) {
      if (indices[e] > furthest) furthest = indices[e];
    }
    last = Math.max(last, strip);
    while (furthest >= stripStarts[last + 1]) last++;
    reach[strip] = last;
  }
  return reach;
}
