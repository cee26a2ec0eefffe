import type { StreamKey } from "./random-stream.js";
import type { SimulationOptions } from "./simulation-options.js";
import { latticeNoise, octaveNoise } from "./value-noise.js";

/** How far a border of layers strays from a straight line, in layers. */
const WAVINESS = 0.8;
// Numbers of the fields that shape borders; fields from 0 on are those of the types.
const SEED_X_FIELD = -1;
const SEED_Y_FIELD = -2;
const BORDER_FIELD = -3;

/**
 * How much each type is at home at a place, in [0, 1), written to `out` (one item per type). Position in spacings.
 *
 * `smooth`: a continuous field per type. `patchy`: a mosaic of Voronoi cells, each with scores of its own. `layered`:
 * bands with wavy borders, each with scores of its own.
 */
export function domainScores(
  key: StreamKey,
  { layout, domainScale }: SimulationOptions,
  x: number,
  y: number,
  out: Float64Array,
): void {
  const across = x / domainScale;
  const down = y / domainScale;
  switch (layout) {
    case "smooth":
      for (let type = 0; type < out.length; type++) out[type] = octaveNoise(key, type, across, down);
      return;
    case "patchy":
      patchScores(key, across, down, out);
      return;
    case "layered": {
      const layer = Math.floor(down + WAVINESS * octaveNoise(key, BORDER_FIELD, across, down));
      for (let type = 0; type < out.length; type++) out[type] = latticeNoise(key, type, 0, layer);
    }
  }
}

/** The scores of the patch whose seed is nearest; there is one seed, anywhere, in each square of the lattice. */
function patchScores(key: StreamKey, x: number, y: number, out: Float64Array): void {
  let nearestColumn = 0;
  let nearestRow = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
    for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
      const dx = column + latticeNoise(key, SEED_X_FIELD, column, row) - x;
      const dy = row + latticeNoise(key, SEED_Y_FIELD, column, row) - y;
      const distance = dx * dx + dy * dy;
      if (distance >= least) continue;
      least = distance;
      nearestColumn = column;
      nearestRow = row;
    }
  }
  for (let type = 0; type < out.length; type++) {
    out[type] = latticeNoise(key, type, nearestColumn, nearestRow);
  }
}
