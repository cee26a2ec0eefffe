import { type NeighborGraph, OptionError } from "@flashdeconv/core";
import { allocateHere } from "@flashdeconv/core/internal";
import { ROWS_PER_BLOCK } from "../arrangement.js";
import { type CoarseGraph, coarsen } from "../coarse-level.js";
import { colorBlocks, SPOTS_PER_BLOCK } from "../update-order.js";
import { buildBlockGraph } from "./block-graph.js";
import { linearOrder } from "./linear-order.js";

/**
 * A section cut into strips that can be swept one after the other. Its spots are renumbered: a spot's *position* is strip
 * by strip, in a strip colour by colour, in a colour block by block, and within a block in spatial order. So the spots that
 * one stage of a sweep updates in one strip are a range of positions.
 *
 * What it holds is small beside the section: who the neighbours are lies elsewhere.
 */
export interface StripLayout {
  readonly spotCount: number;
  /** Where each strip begins, and the spot count at the end. */
  readonly stripStarts: Int32Array;
  /** Spots of the largest strip. */
  readonly greatestStrip: number;
  /** Numbers of the blocks, in the order of positions. */
  readonly blocks: Int32Array;
  readonly blocksPerStrip: number;
  readonly colorCount: number;
  /** Strips x (colours + 1): the positions where each colour of a strip begins, and where its last one ends. */
  readonly colorStarts: Int32Array;
  /** Per strip the last strip that touches it or any strip before it; never less than itself. */
  readonly reach: Int32Array;
  /** Strips + 1: entries of the graph before each strip, and all of them at the end. */
  readonly edgeStarts: Int32Array;
}

/** Who the neighbours of a strip's spots are. */
export interface StripNeighbors {
  /** Where those of each spot begin, from 0 on, and their count at the end. */
  readonly indptr: Int32Array;
  /** Positions, those of each spot in the order they had. */
  readonly indices: Int32Array;
}

/** Takes what an arrangement finds and does not hold. What it is given may change once it has resolved. */
export interface StripKeeper {
  /** The first coarse level of the section, for a solve that needs it. */
  keepCoarse(coarse: CoarseGraph): Promise<void> | void;
  /** Strip by strip. */
  keepNeighbors(neighbors: StripNeighbors): Promise<void> | void;
}

export interface StripOptions {
  /** Blocks of 64 spots; 128 by default. */
  readonly blocksPerStrip?: number;
}

/** Small enough that a few dozen fit in a window, large enough that a round of them outweighs its messages. */
const BLOCKS_PER_STRIP = 128;

/**
 * Cuts a section into strips across its length. Takes about 12 bytes per spot beside the graph while it does.
 *
 * @param graph without edges for a solver that does not look at neighbours
 * @param spatialOrder as `solve` takes it: it decides the blocks and so the bits of the answer; nothing else here does
 * @param keeper takes neighbours and coarse rows as they are found
 */
export async function arrangeStrips(
  graph: NeighborGraph,
  spatialOrder: Int32Array | undefined,
  keeper: StripKeeper,
  { blocksPerStrip = BLOCKS_PER_STRIP }: StripOptions = {},
): Promise<StripLayout> {
  if (!Number.isInteger(blocksPerStrip) || blocksPerStrip < 1) {
    throw new OptionError({
      option: "blocksPerStrip",
      value: blocksPerStrip,
      rule: "a whole number of at least 1",
    });
  }
  const { blocks, colorOf, colorCount } = await lineUp(graph, spatialOrder, keeper);
  for (let i = 0; i < blocks.length; i += blocksPerStrip) {
    // The section's last block may be small, and ends its colour so: pieces of a colour are cut at every 64th spot.
    blocks.subarray(i, i + blocksPerStrip).sort((a, b) => colorOf[a] - colorOf[b] || a - b);
  }

  const { spotCount } = graph;
  const stripCount = Math.ceil(blocks.length / blocksPerStrip);
  const stripStarts = new Int32Array(stripCount + 1);
  const colorStarts = new Int32Array(stripCount * (colorCount + 1));
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
    position += Math.min(SPOTS_PER_BLOCK, spotCount - block * SPOTS_PER_BLOCK);
  }
  if (strip >= 0) enterColor(colorCount);
  stripStarts[stripCount] = position;
  const greatestStrip = stripStarts.reduce(
    (most, start, i) => Math.max(most, i && start - stripStarts[i - 1]),
    0,
  );
  const cut = { spotCount, stripStarts, greatestStrip, blocks, blocksPerStrip, colorCount, colorStarts };
  return { ...cut, ...(await moveNeighbors(graph, spatialOrder, cut, keeper)) };
}

/** The blocks in a line, near ones near each other, and their colours. Blocks touch where their coarse rows do. */
async function lineUp(graph: NeighborGraph, spatialOrder: Int32Array | undefined, keeper: StripKeeper) {
  const coarse = coarsen({ graph, spatialOrder }, allocateHere);
  const coloring = colorBlocks(coarse.graph, undefined, ROWS_PER_BLOCK);
  const blocks = linearOrder(buildBlockGraph(coarse.graph, ROWS_PER_BLOCK));
  await keeper.keepCoarse(coarse);
  return { blocks, ...coloring };
}

/** Hands over the graph by position, strip by strip. */
async function moveNeighbors(
  { spotCount, indptr, indices }: NeighborGraph,
  spatialOrder: Int32Array | undefined,
  { stripStarts, greatestStrip, blocks, blocksPerStrip }: Omit<StripLayout, "reach" | "edgeStarts">,
  keeper: StripKeeper,
): Promise<Pick<StripLayout, "reach" | "edgeStarts">> {
  const stripCount = stripStarts.length - 1;
  const reach = new Int32Array(stripCount);
  const edgeStarts = new Int32Array(stripCount + 1);
  const positions = blockPositions(blocks, spotCount);
  const positionOf = new Int32Array(spotCount);
  for (let place = 0; place < spotCount; place++) {
    const block = Math.floor(place / SPOTS_PER_BLOCK);
    positionOf[spatialOrder ? spatialOrder[place] : place] =
      positions[block] + place - block * SPOTS_PER_BLOCK;
  }
  const ends = new Int32Array(greatestStrip + 1);
  let moved = new Int32Array(0);
  let furthest = 0;
  let last = 0;
  for (let strip = 0; strip < stripCount; strip++) {
    const own = blocks.subarray(strip * blocksPerStrip, (strip + 1) * blocksPerStrip);
    let row = 0;
    let edge = 0;
    for (const block of own) {
      const end = Math.min((block + 1) * SPOTS_PER_BLOCK, spotCount);
      for (let place = block * SPOTS_PER_BLOCK; place < end; place++) {
        const spot = spatialOrder ? spatialOrder[place] : place;
        const degree = indptr[spot + 1] - indptr[spot];
        if (edge + degree > moved.length) moved = grown(moved, 2 * (edge + degree));
        for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
          const other = positionOf[indices[e]];
          if (other > furthest) furthest = other;
          moved[edge++] = other;
        }
        ends[++row] = edge;
      }
    }
    await keeper.keepNeighbors({ indptr: ends.subarray(0, row + 1), indices: moved.subarray(0, edge) });
    edgeStarts[strip + 1] = edgeStarts[strip] + edge;
    last = Math.max(last, strip);
    while (furthest >= stripStarts[last + 1]) last++;
    reach[strip] = last;
  }
  return { reach, edgeStarts };
}

/** Where each block, by its number, begins among the positions. */
function blockPositions(blocks: Int32Array, spotCount: number): Int32Array {
  const positions = new Int32Array(blocks.length);
  let position = 0;
  for (const block of blocks) {
    positions[block] = position;
    position += Math.min(SPOTS_PER_BLOCK, spotCount - block * SPOTS_PER_BLOCK);
  }
  return positions;
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
