import type { Coordinates } from "@flashdeconv/core";
import { type Basis, findBasis } from "./find-basis.js";
import { fitBasis, placeInRows } from "./fit-basis.js";
import { measureSpots } from "./spot-layout.js";
import { halvedFrame, type TexelFrame } from "./texel-frame.js";

/** Texels that lie as spots do, and which one each spot is on. */
export interface Lattice {
  readonly frame: TexelFrame;
  /** N: column + row x width of each spot's texel; -1 for a spot that lies nowhere. */
  readonly texels: Int32Array;
}

/** What every graphics card takes. */
const MOST_TEXELS_PER_SIDE = 8192;
/** A picture is to be of spots, not of what lies between them. */
const MOST_TEXELS_PER_SPOT = 16;
const FEW_TEXELS = 65_536;
/** Squares of lengths beyond these are no numbers. */
const LEAST_PITCH = 1e-150;

/**
 * Finds the rows and columns in which spots lie: squares, straight or turned, or hexagons, with any of them missing. Spots that lie in no such
 * order, or in several, get texels along the axes, as wide as spots lie apart; so do those of a wide picture with little in it, by 2, 4, ...
 * A few passes over the positions, of which a third dimension is looked along. Beside them it holds 4 bytes per spot and a bit per texel.
 */
export function findLattice(coordinates: Coordinates): Lattice {
  const { dimension, values } = coordinates;
  const spotCount = Math.floor(values.length / dimension);
  const layout = measureSpots(coordinates);
  const [left, top] = layout.bounds;
  const { pitch } = layout;
  if (!(pitch > LEAST_PITCH && pitch < 1 / LEAST_PITCH)) return oneTexel(coordinates);
  const guess = findBasis(coordinates, layout);
  const found = guess && fitBasis(coordinates, guess);
  const basis: Basis = found ?? { origin: [left, top], along: [pitch, 0], down: [0, pitch], shift: 0 };
  const extent = extentOf(coordinates, basis);
  const { frame, halvings } = frameOf(extent, spotCount);
  const texels = texelsOf(coordinates, extent, { width: frame.width, halvings });
  const isLattice = found !== undefined && halvings === 0 && isOneEach(texels, frame.width * frame.height);
  return { frame: { ...frame, isLattice }, texels };
}

function oneTexel({ dimension, values }: Coordinates): Lattice {
  const texels = new Int32Array(Math.floor(values.length / dimension));
  const [x = 0, y = 0] = values;
  const frame: TexelFrame = {
    width: 1,
    height: 1,
    matrix: [1, 0, x, 0, 1, y],
    shift: 0,
    isLattice: texels.length <= 1,
  };
  return { frame, texels };
}

interface Extent {
  readonly basis: Basis;
  readonly column: number;
  readonly row: number;
  readonly width: number;
  readonly height: number;
}

function extentOf(coordinates: Coordinates, basis: Basis): Extent {
  const { dimension, values } = coordinates;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const place = placeInRows(basis);
  for (let at = 0; at < values.length; at += dimension) {
    place.find(values[at], values[at + 1]);
    if (place.column < left) left = place.column;
    if (place.column > right) right = place.column;
    if (place.row < top) top = place.row;
    if (place.row > bottom) bottom = place.row;
  }
  const { origin, along, down, shift } = basis;
  // The first row is never one that lies further along.
  if (shift > 0 && Math.abs(top) % 2 === 1) {
    const at = [0, 1].map((axis) => origin[axis] + shift * along[axis] + down[axis]);
    return extentOf(coordinates, { ...basis, origin: [at[0], at[1]] });
  }
  return { basis, column: left, row: top, width: right - left + 1, height: bottom - top + 1 };
}

function frameOf(
  { basis: { origin, along, down, shift }, column, row, width, height }: Extent,
  spotCount: number,
): { frame: TexelFrame; halvings: number } {
  const corner = (axis: 0 | 1) => origin[axis] + column * along[axis] + row * down[axis];
  let frame: TexelFrame = {
    width,
    height,
    matrix: [along[0], down[0], corner(0), along[1], down[1], corner(1)],
    shift,
    isLattice: false,
  };
  const most = MOST_TEXELS_PER_SPOT * spotCount + FEW_TEXELS;
  let halvings = 0;
  while (Math.max(frame.width, frame.height) > MOST_TEXELS_PER_SIDE || frame.width * frame.height > most) {
    frame = halvedFrame(frame);
    halvings++;
  }
  return { frame, halvings };
}

function texelsOf(
  { dimension, values }: Coordinates,
  { basis, column, row }: Extent,
  { width, halvings }: { width: number; halvings: number },
): Int32Array {
  const texels = new Int32Array(Math.floor(values.length / dimension));
  const place = placeInRows(basis);
  const size = 2 ** halvings;
  for (let spot = 0; spot < texels.length; spot++) {
    place.find(values[spot * dimension], values[spot * dimension + 1]);
    const texel = Math.floor((place.row - row) / size) * width + Math.floor((place.column - column) / size);
    texels[spot] = texel >= 0 ? texel : -1;
  }
  return texels;
}

function isOneEach(texels: Int32Array, texelCount: number): boolean {
  const taken = new Uint8Array(Math.ceil(texelCount / 8));
  for (const texel of texels) {
    if (texel < 0) continue;
    const bit = 1 << (texel & 7);
    if ((taken[texel >> 3] & bit) !== 0) return false;
    taken[texel >> 3] |= bit;
  }
  return true;
}
