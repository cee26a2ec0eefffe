import type { SharedArena } from "./shared-arena.js";

/** Spots and the arrays that they are found in: see the solver's Tile. */
export interface SweepTile {
  readonly spots: Int32Array;
  readonly statistics: Float32Array | Float64Array;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly weights?: Float64Array;
  readonly relaxation: number;
}

export type TileArguments = [
  spots: number,
  spotCount: number,
  statistics: number,
  abundance: number,
  indptr: number,
  indices: number,
  weights: number,
];

/** Where a tile's arrays lie in the arena; undefined where one of them lies elsewhere. */
export function tileArguments(
  arena: SharedArena,
  { spots, statistics, indptr, indices, weights }: SweepTile,
  abundance: Float32Array | Float64Array,
): TileArguments | undefined {
  const places = [spots, statistics, abundance, indptr, indices].map(arena.addressOf);
  const weightsAt = weights ? arena.addressOf(weights) : 0;
  if (places.includes(undefined) || weightsAt === undefined) return undefined;
  if (statistics.BYTES_PER_ELEMENT > abundance.BYTES_PER_ELEMENT) return undefined;
  const [spotsAt, statisticsAt, abundanceAt, indptrAt, indicesAt] = places as number[];
  return [spotsAt, spots.length, statisticsAt, abundanceAt, indptrAt, indicesAt, weightsAt];
}
