import { ROWS_PER_RUN } from "../coarse-level.js";
import { SPOTS_PER_BLOCK } from "../update-order.js";
import type { StripLayout } from "./strip-layout.js";

/** The spots of a strip, by position. */
export function spotsOfStrip(
  { spotCount, stripStarts, blocks, blocksPerStrip }: StripLayout,
  strip: number,
  spatialOrder?: Int32Array,
): Int32Array {
  const spots = new Int32Array(stripStarts[strip + 1] - stripStarts[strip]);
  let row = 0;
  for (const block of blocks.subarray(strip * blocksPerStrip, (strip + 1) * blocksPerStrip)) {
    const end = Math.min((block + 1) * SPOTS_PER_BLOCK, spotCount);
    for (let place = block * SPOTS_PER_BLOCK; place < end; place++) {
      spots[row++] = spatialOrder ? spatialOrder[place] : place;
    }
  }
  return spots;
}

/** Spots are numbered in 31 bits, so that shifts do for division by powers of 2. */
const BLOCK_BITS = Math.log2(SPOTS_PER_BLOCK);
const RUN_BITS = Math.log2(ROWS_PER_RUN);

/** Finds the coarse rows that the spots at some positions are part of. */
export function coarseRowFinder({ spotCount, blocks }: StripLayout): (positions: Int32Array) => Int32Array {
  // All blocks are whole but the section's last, wherever in the line it lies.
  const missing = blocks.length * SPOTS_PER_BLOCK - spotCount;
  const afterLast = (blocks.indexOf(blocks.length - 1) + 1) * SPOTS_PER_BLOCK - missing;
  return (positions) => {
    const rows = new Int32Array(positions.length);
    for (let i = 0; i < positions.length; i++) {
      const at = positions[i] < afterLast ? positions[i] : positions[i] + missing;
      const line = at >> BLOCK_BITS;
      rows[i] = ((blocks[line] << BLOCK_BITS) + at - (line << BLOCK_BITS)) >> RUN_BITS;
    }
    return rows;
  };
}
