import type { View } from "../contracts.js";
import type { Extent } from "./extent.js";

/** CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

/** Left free around a section that is seen whole. */
const MARGIN = 1.05;
/** A spot alone is no larger than this when seen whole, and no larger than that however near; CSS pixels. */
const FITTED_SPOT = 48;
const LARGEST_SPOT = 120;
/** How much further away than whole a section may be. */
const FARTHEST = 4;

/** The view that shows a section whole. */
export function fitView(extent: Extent, size: Size): View {
  return {
    x: (extent.left + extent.right) / 2,
    y: (extent.top + extent.bottom) / 2,
    unitsPerPixel: fittedScale(extent, size),
  };
}

function fittedScale({ left, right, top, bottom, pitch }: Extent, { width, height }: Size): number {
  const scale = Math.max((right - left) / Math.max(1, width), (bottom - top) / Math.max(1, height)) * MARGIN;
  return Math.max(scale, pitch / FITTED_SPOT);
}

/** The nearest view from which the section cannot be lost: its bounds hold the middle, and it is neither too near nor too far. */
export function clampView(view: View, extent: Extent, size: Size): View {
  const fitted = fitView(extent, size);
  const nearest = Math.min(extent.pitch / LARGEST_SPOT, fitted.unitsPerPixel);
  return {
    x: clamp(numberOr(view.x, fitted.x), extent.left, extent.right),
    y: clamp(numberOr(view.y, fitted.y), extent.top, extent.bottom),
    unitsPerPixel: clamp(
      numberOr(view.unitsPerPixel, fitted.unitsPerPixel),
      nearest,
      fitted.unitsPerPixel * FARTHEST,
    ),
  };
}

/** Where a pixel lies, in units of the positions. */
export function placeAt({ x, y, unitsPerPixel }: View, { width, height }: Size, [px, py]: Point): Point {
  return [x + (px - width / 2) * unitsPerPixel, y + (py - height / 2) * unitsPerPixel];
}

/** The pixel at which a place is seen. */
export function pixelAt({ x, y, unitsPerPixel }: View, { width, height }: Size, [px, py]: Point): Point {
  return [(px - x) / unitsPerPixel + width / 2, (py - y) / unitsPerPixel + height / 2];
}

/** `factor` times nearer, what lies at a pixel staying there. */
export function zoomAbout(view: View, size: Size, pixel: Point, factor: number): View {
  const [x, y] = placeAt(view, size, pixel);
  const unitsPerPixel = view.unitsPerPixel / factor;
  return {
    x: x - (pixel[0] - size.width / 2) * unitsPerPixel,
    y: y - (pixel[1] - size.height / 2) * unitsPerPixel,
    unitsPerPixel,
  };
}

/** What was seen at a pixel is seen as far away from it as given. */
export function panBy(view: View, [dx, dy]: Point): View {
  return { ...view, x: view.x - dx * view.unitsPerPixel, y: view.y - dy * view.unitsPerPixel };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function numberOr(value: number, fallback: number): number {
  return Number.isFinite(value) ? value : fallback;
}
