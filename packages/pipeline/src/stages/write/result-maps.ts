import type { Coordinates } from "@flashdeconv/core";
import type { UnsObject } from "@flashdeconv/io-zarr";
import type { ByteGrid } from "@flashdeconv/io-zarr/internal";
import {
  findLattice,
  type Mapped,
  MOST_MAPPED_TYPES,
  paintLevel,
  pyramidFrames,
  TILE_SIDE,
} from "@flashdeconv/maps/internal";

/** Of the layout that docs/data-formats.md describes. */
const MAPS_VERSION = 1n;
/** More pieces of tissue than these are not compared. */
const MOST_PIECES = 1000;

/** Whether a result has maps where its spots have coordinates. */
export function hasMaps(typeNames: readonly string[], maps: boolean): boolean {
  return maps && typeNames.length <= MOST_MAPPED_TYPES;
}

/**
 * The maps of a result as a dict of `uns`: where their texels lie, and bytes in levels that are painted as they are written. Undefined where
 * there is nothing to draw, or one piece of tissue over another.
 */
export function resultMaps(
  coordinates: Coordinates,
  { proportions, dominant }: Pick<Mapped, "proportions" | "dominant">,
): UnsObject | undefined {
  if (proportions.spotCount === 0 || proportions.width === 0 || overlap(coordinates)) return undefined;
  const lattice = findLattice(coordinates);
  const { matrix, shift, isLattice } = lattice.frame;
  const mapped: Mapped = { ...lattice, proportions, dominant };
  const levels = pyramidFrames(lattice.frame).map(({ width, height }, level): [string, ByteGrid] => [
    `level_${level}`,
    {
      shape: [proportions.width + 1, height, width],
      tile: [TILE_SIDE, TILE_SIDE],
      strips: (options) => paintLevel(mapped, level, options),
    },
  ]);
  return {
    version: MAPS_VERSION,
    matrix: Float64Array.from(matrix),
    shift,
    is_lattice: isLattice,
    ...Object.fromEntries(levels),
  };
}

/** Whether pieces of tissue lie one over another, going by the boxes around them: a map would mix them. */
function overlap({ dimension, values, components }: Coordinates): boolean {
  if (components === undefined) return false;
  const boxes = new Map<number, [left: number, top: number, right: number, bottom: number]>();
  for (let spot = 0; spot < components.length; spot++) {
    const [x, y] = [values[spot * dimension], values[spot * dimension + 1]];
    const box = boxes.get(components[spot]);
    if (box === undefined) boxes.set(components[spot], [x, y, x, y]);
    else {
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x > box[2]) box[2] = x;
      if (y > box[3]) box[3] = y;
    }
    if (boxes.size > MOST_PIECES) return true;
  }
  const all = [...boxes.values()];
  return all.some((a, i) =>
    all.slice(i + 1).some((b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]),
  );
}
