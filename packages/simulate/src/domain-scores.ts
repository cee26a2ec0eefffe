import type { StreamKey } from "@flashdeconv/core/internal";
import type { SimulationOptions } from "./simulation-options.js";
import { latticeNoise, octaveNoise, roughNoise } from "./value-noise.js";

/** How far a border of layers strays from a straight line, in layers. */
const WAVINESS = 0.8;
// Numbers of the fields that shape borders; fields from 0 on are those of the types.
const SEED_X_FIELD = -1;
const SEED_Y_FIELD = -2;
const BORDER_FIELD = -3;
/** Squares around a place whose seeds may be near enough to share in it. */
const NEAR_SQUARES = 5;

/** The domains of a whole tissue. */
export interface DomainField {
  readonly key: StreamKey;
  readonly options: SimulationOptions;
}

/**
 * A place in domain sizes, and the domains there: one, or several near a border that is not sharp. Each is known by a point of a lattice; the
 * arrays are buffers, used up to `count`. Weights sum to 1.
 */
export interface DomainMix {
  x: number;
  y: number;
  count: number;
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

export function buildDomainMix(): DomainMix {
  const most = NEAR_SQUARES ** 2 + 1;
  return {
    x: 0,
    y: 0,
    count: 0,
    columns: new Int32Array(most),
    rows: new Int32Array(most),
    weights: new Float64Array(most),
  };
}

/**
 * Finds the domains at the place of `mix`. `patchy`: a mosaic of Voronoi cells. `layered`: bands with wavy
 * borders. `smooth` and `rough` tissue is one domain.
 */
export function findDomains({ key, options }: DomainField, mix: DomainMix): void {
  const { layout, domainScale, borderWidth } = options;
  mix.count = 0;
  if (layout === "patchy") findPatches(key, mix, borderWidth / domainScale);
  else if (layout === "layered") findLayers(key, mix, borderWidth / domainScale);
  else addDomain(mix, 0, 0, 1);
  let sum = 0;
  for (let i = 0; i < mix.count; i++) sum += mix.weights[i];
  for (let i = 0; i < mix.count; i++) mix.weights[i] /= sum;
}

/**
 * How much each type is at home at the place of `mix`, taken as part of its domain number `domain`, about 0 to 1, written to `out` (one item per type).
 *
 * `smooth`: a continuous field per type. `rough`: the same with bumps of every width down to a spot. `patchy` and `layered`: the
 * same scores all over a domain.
 */
export function domainScores(
  { key, options }: DomainField,
  mix: DomainMix,
  domain: number,
  out: Float64Array,
): void {
  const { layout, domainScale } = options;
  for (let type = 0; type < out.length; type++) {
    if (layout === "smooth") out[type] = octaveNoise(key, type, mix.x, mix.y);
    else if (layout === "rough") out[type] = roughNoise(key, type, mix, 1 / domainScale);
    else out[type] = latticeNoise(key, type, mix.columns[domain], mix.rows[domain]);
  }
}

function findLayers(key: StreamKey, mix: DomainMix, borderWidth: number): void {
  const depth = mix.y + WAVINESS * octaveNoise(key, BORDER_FIELD, mix.x, mix.y);
  const layer = Math.floor(depth);
  const within = depth - layer;
  addDomain(mix, 0, layer, 1);
  addDomain(mix, 0, layer - 1, nearness(2 * within, borderWidth));
  addDomain(mix, 0, layer + 1, nearness(2 * (1 - within), borderWidth));
}

/** The patch whose seed is nearest, and those about as near; there is one seed, anywhere, in each square of the lattice. */
function findPatches(key: StreamKey, mix: DomainMix, borderWidth: number): void {
  const [left, top] = [Math.floor(mix.x), Math.floor(mix.y)];
  let nearestColumn = 0;
  let nearestRow = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let row = top - 1; row <= top + 1; row++) {
    for (let column = left - 1; column <= left + 1; column++) {
      const distance = seedDistance(key, column, row, mix);
      if (distance >= least) continue;
      least = distance;
      nearestColumn = column;
      nearestRow = row;
    }
  }
  addDomain(mix, nearestColumn, nearestRow, 1);
  if (borderWidth === 0) return;
  const reach = (NEAR_SQUARES - 1) / 2;
  for (let row = top - reach; row <= top + reach; row++) {
    for (let column = left - reach; column <= left + reach; column++) {
      if (row === nearestRow && column === nearestColumn) continue;
      // A step over the border takes about as much off one distance as it adds to the other.
      const excess = Math.sqrt(seedDistance(key, column, row, mix)) - Math.sqrt(least);
      addDomain(mix, column, row, nearness(excess, borderWidth));
    }
  }
}

/** Squared distance to the seed of a square. */
function seedDistance(key: StreamKey, column: number, row: number, { x, y }: DomainMix): number {
  const dx = column + latticeNoise(key, SEED_X_FIELD, column, row) - x;
  const dy = row + latticeNoise(key, SEED_Y_FIELD, column, row) - y;
  return dx * dx + dy * dy;
}

/**
 * Weight of a domain that is `excess` farther away than the nearest, whose weight is 1: such that between two domains the
 * share of either changes evenly over `borderWidth`.
 */
function nearness(excess: number, borderWidth: number): number {
  if (excess >= borderWidth) return 0;
  const away = Math.max(0, excess) / borderWidth;
  return (1 - away) / (1 + away);
}

function addDomain(mix: DomainMix, column: number, row: number, weight: number): void {
  if (weight === 0) return;
  mix.columns[mix.count] = column;
  mix.rows[mix.count] = row;
  mix.weights[mix.count++] = weight;
}
