import { placeOf } from "@flashdeconv/maps/internal";
import type { Ground } from "../contracts.js";

/** Where the spots of a ground lie, in units of the positions. */
export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Width of a spot; always above 0. */
  readonly pitch: number;
}

/** Bounds of all that a ground draws, spots' own widths included. Places that are no numbers lie nowhere. */
export function extentOf(ground: Ground): Extent {
  return ground.kind === "texels" ? extentOfTexels(ground.frame) : extentOfPoints(ground);
}

function extentOfTexels(frame: Extract<Ground, { kind: "texels" }>["frame"]): Extent {
  const { width, height, shift, matrix: m } = frame;
  const [right, bottom] = [width - 0.5 + shift, height - 0.5];
  const corners = [
    [-0.5, -0.5],
    [right, -0.5],
    [-0.5, bottom],
    [right, bottom],
  ].map(([column, row]) => [m[0] * column + m[1] * row + m[2], m[3] * column + m[4] * row + m[5]]);
  return { ...boundsOf(corners), pitch: usable(Math.hypot(m[0], m[3]), 1) };
}

function extentOfPoints({ places, origin, pitch }: Extract<Ground, { kind: "points" }>): Extent {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < places.length; at += 2) {
    const [x, y] = [places[at], places[at + 1]];
    // No number passes neither.
    if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity)) continue;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  if (left > right) [left, top, right, bottom] = [0, 0, 0, 0];
  const width = usable(pitch, Math.max(right - left, bottom - top));
  const half = width / 2;
  return {
    left: origin[0] + left - half,
    top: origin[1] + top - half,
    right: origin[0] + right + half,
    bottom: origin[1] + bottom + half,
    pitch: width,
  };
}

/** A width that can be drawn: the first that is a positive number, else 1. */
function usable(...widths: number[]): number {
  return widths.find((width) => width > 0 && width < Infinity) ?? 1;
}

function boundsOf(corners: readonly number[][]): Omit<Extent, "pitch"> {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The middle of a texel or spot. */
export function middleOf(ground: Ground, index: number): [x: number, y: number] {
  if (ground.kind === "texels") {
    const { width } = ground.frame;
    return placeOf(ground.frame, index % width, Math.floor(index / width));
  }
  const { places, origin } = ground;
  return [origin[0] + places[2 * index], origin[1] + places[2 * index + 1]];
}
