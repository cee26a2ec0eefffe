import type { SpotLayout } from "./spot-layout.js";

/** A picture's size and what lies where in it: y grows downward, as in images. */
export interface MapFrame {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels per unit of the positions. */
  readonly scale: number;
  /** The position at the left and upper edge. */
  readonly left: number;
  readonly top: number;
  /** Width of a spot in pixels; below 1 several spots share a pixel. */
  readonly spotSize: number;
  readonly isSquare: boolean;
}

/** A spot is never drawn larger: a few of them would be no map. */
const LARGEST_SPOT = 24;

/**
 * A frame for spots that lie so, at most `mostPixels` wide and high. Bins of a grid get whole pixels, as many as fit. Where all spots lie in
 * one place, or there is one, the frame is one spot.
 */
export function frameFor({ bounds, pitch, isSquare }: SpotLayout, mostPixels: number): MapFrame {
  const [left, top, right, bottom] = bounds;
  if (!(pitch > 0) || !Number.isFinite(right - left) || !Number.isFinite(bottom - top)) {
    const size = Math.min(LARGEST_SPOT, mostPixels);
    const at = (low: number) => (Number.isFinite(low) ? low : 0) - size / 2;
    return {
      width: size,
      height: size,
      scale: 1,
      left: at(left),
      top: at(top),
      spotSize: size,
      isSquare: false,
    };
  }
  const extent = Math.max(right - left, bottom - top) + pitch;
  const most = Math.min(LARGEST_SPOT, (mostPixels * pitch) / extent);
  // A hair less than a whole number of pixels is meant as one: positions are rounded.
  const spotSize = isSquare && most >= 1 - 1e-6 ? Math.floor(most + 1e-6) : most;
  const scale = spotSize / pitch;
  const pixels = (length: number) =>
    Math.max(1, Math.min(mostPixels, Math.ceil((length + pitch) * scale - 1e-6)));
  return {
    width: pixels(right - left),
    height: pixels(bottom - top),
    scale,
    left: left - pitch / 2,
    top: top - pitch / 2,
    spotSize,
    isSquare,
  };
}
