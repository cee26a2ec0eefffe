/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { findLattice, type Lattice } from "./lattice.js";
export {
  type Mapped,
  type MapStrip,
  MOST_MAPPED_TYPES,
  PYRAMID_BYTES,
  type PyramidOptions,
  paintLevel,
  pyramidFrames,
  TILE_SIDE,
} from "./pyramid.js";
export {
  type AmountScale,
  type ByteGround,
  NO_ANSWER,
  NO_SPOT,
  paintAmounts,
  paintClasses,
  shareByte,
} from "./texel-bytes.js";
export { halvedFrame, placeOf, type TexelFrame, type TexelMatrix, texelAt } from "./texel-frame.js";
