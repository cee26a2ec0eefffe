import { buildStream, nextUniform, startStream, streamKey } from "@flashdeconv/core/internal";
import { PURPOSE } from "./purpose.js";
import { shuffledPlace } from "./shuffled-place.js";
import type { SimulationOptions } from "./simulation-options.js";

/** Height of a row of a hexagonal lattice, in spacings: the root of 3/4. */
const ROW_HEIGHT = Math.sqrt(0.75);
/** Largest shift of a spot along an axis, in spacings: no two distances are equal, no two spots change places. */
const JITTER = 0.1;

/** A hexagonal lattice of about sqrt(N) x sqrt(N) spots, numbered row by row. */
export interface SpotLattice {
  readonly columnCount: number;
}

export function buildSpotLattice(spotCount: number): SpotLattice {
  return { columnCount: Math.ceil(Math.sqrt(spotCount)) };
}

/** Position of a spot's place on the lattice across the rows, in spacings. */
export function latticeX({ columnCount }: SpotLattice, spot: number): number {
  const row = Math.floor(spot / columnCount);
  return spot - row * columnCount + (row % 2) * 0.5;
}

/** Position of a spot's place on the lattice down the rows, in spacings. */
export function latticeY({ columnCount }: SpotLattice, spot: number): number {
  return Math.floor(spot / columnCount) * ROW_HEIGHT;
}

/** Writes the coordinates (x, y) of the spots from `start` to `out`: the lattice, jittered, perhaps shuffled, times `spotSpacing`. */
export function fillCoordinates(
  lattice: SpotLattice,
  { seed, spotCount, spotSpacing, shuffleCoordinates }: SimulationOptions,
  start: number,
  out: Float64Array,
): void {
  const key = streamKey(seed, PURPOSE.position);
  const stream = buildStream();
  const shuffleKey = streamKey(seed, PURPOSE.shuffle);
  for (let i = 0; i < out.length; i += 2) {
    const spot = start + i / 2;
    const place = shuffleCoordinates ? shuffledPlace(shuffleKey, spot, spotCount) : spot;
    startStream(stream, key, place);
    out[i] = (latticeX(lattice, place) + JITTER * (2 * nextUniform(stream) - 1)) * spotSpacing;
    out[i + 1] = (latticeY(lattice, place) + JITTER * (2 * nextUniform(stream) - 1)) * spotSpacing;
  }
}
