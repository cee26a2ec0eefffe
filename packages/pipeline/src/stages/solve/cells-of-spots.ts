import { type ChunkSource, type DenseChunk, mapChunks } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** How many cells spots hold, and what turns their shares into shares of cells. */
export interface CellsPerSpot {
  /** The same for all spots, or one number for each. */
  readonly perSpot: number | StatArray;
  /** K: counts of a cell of each type, by which shares of RNA are divided; left out where shares are of cells already. */
  readonly countsPerCell?: Float64Array;
}

/**
 * Cells of each type in each spot, N x K: a spot's cells, divided as its shares of cells are. Rows sum to the cells of their spots, or
 * are NaN where there is no answer.
 */
export function cellsOfSpots(
  proportions: ChunkSource<DenseChunk>,
  { perSpot, countsPerCell }: CellsPerSpot,
): ChunkSource<DenseChunk> {
  const { width } = proportions;
  const cellsOf = ({ spotStart, spotCount, values }: DenseChunk) => {
    const cells = values.slice();
    for (let row = 0; row < spotCount; row++) {
      const start = row * width;
      if (countsPerCell) divideShares(cells, start, countsPerCell);
      let total = 0;
      for (let k = 0; k < width; k++) total += cells[start + k];
      const scale = (typeof perSpot === "number" ? perSpot : perSpot[spotStart + row]) / total;
      for (let k = 0; k < width; k++) cells[start + k] *= scale;
    }
    return cells;
  };
  return mapChunks(proportions, (chunk) => ({ ...chunk, values: cellsOf(chunk) }));
}

/** A type without counts holds nothing that could be divided. */
function divideShares(rows: StatArray, start: number, countsPerCell: Float64Array): void {
  for (let k = 0; k < countsPerCell.length; k++) {
    const own = countsPerCell[k];
    rows[start + k] = own > 0 ? rows[start + k] / own : 0;
  }
}
