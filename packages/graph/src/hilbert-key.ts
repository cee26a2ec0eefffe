/** Bits per axis, so that a position along the curve has at most 32 of them. */
export const HILBERT_AXIS_BITS = { 2: 16, 3: 10 } as const;

/**
 * Position of a bin along the Hilbert curve, an unsigned 32-bit number; z is 0 in the plane. Without branches on the data: for
 * spots in no order each would be guessed wrong every other time.
 *
 * Source of the transform: Skilling 2004, "Programming the Hilbert curve" (AIP Conference Proceedings 707:381).
 */
export function hilbertKey(x: number, y: number, z: number, dimension: 2 | 3): number {
  const bits = HILBERT_AXIS_BITS[dimension];
  for (let bit = bits - 1; bit > 0; bit--) {
    const below = (1 << bit) - 1;
    // An axis whose bit is set flips the lower bits of x; else it exchanges its own lower bits with those of x.
    x ^= below & -((x >> bit) & 1);
    const flipY = below & -((y >> bit) & 1);
    const exchangedY = (x ^ y) & (below ^ flipY);
    x ^= flipY ^ exchangedY;
    y ^= exchangedY;
    if (dimension === 3) {
      const flipZ = below & -((z >> bit) & 1);
      const exchangedZ = (x ^ z) & (below ^ flipZ);
      x ^= flipZ ^ exchangedZ;
      z ^= exchangedZ;
    }
  }
  // Gray code. Each bit of the last axis flips all lower ones: a running parity from the top.
  y ^= x;
  z = dimension === 3 ? z ^ y : 0;
  let flips = (dimension === 3 ? z : y) >> 1;
  flips ^= flips >> 1;
  flips ^= flips >> 2;
  flips ^= flips >> 4;
  flips ^= flips >> 8;
  x ^= flips;
  y ^= flips;
  z ^= flips;
  let key = 0;
  for (let bit = bits - 1; bit >= 0; bit--) {
    key = (key << 2) | (((x >> bit) & 1) << 1) | ((y >> bit) & 1);
    if (dimension === 3) key = (key << 1) | ((z >> bit) & 1);
  }
  return key >>> 0;
}
