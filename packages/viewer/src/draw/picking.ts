import { texelAt } from "@flashdeconv/maps/internal";
import type { Ground } from "../contracts.js";
import type { Point } from "./camera.js";
import { middleOf } from "./extent.js";
import type { Picked } from "./map-drawing.js";
import { spotsInside, texelsInside } from "./selection.js";
import type { SpotGrid } from "./spot-grid.js";

/** What can be found on a map. */
export interface Findable {
  readonly ground: Ground;
  /** Of a ground of points. */
  readonly grid: SpotGrid | undefined;
  /** Whether a spot lies at a texel, or is drawn. */
  readonly isThere: (index: number) => boolean;
}

/** Spots smaller than this are found from beside; CSS pixels. */
const LEAST_REACH = 3;

/** What lies at a place: its texel, or the spot that is nearest within its own width, or a few pixels. */
export function pickAt(
  { ground, grid, isThere }: Findable,
  [x, y]: Point,
  { pitch, unitsPerPixel }: { readonly pitch: number; readonly unitsPerPixel: number },
): Picked | undefined {
  const index =
    ground.kind === "texels"
      ? texelAt(ground.frame, x, y)
      : grid?.nearest(
          x - ground.origin[0],
          y - ground.origin[1],
          Math.max(pitch / 2, LEAST_REACH * unitsPerPixel),
        );
  if (index === undefined || !(index >= 0) || !isThere(index)) return undefined;
  const [middleX, middleY] = middleOf(ground, index);
  return { index, x: middleX, y: middleY };
}

/** What lies inside of a closed path, in rising order. */
export function selectWithin({ ground, grid, isThere }: Findable, path: readonly Point[]): Uint32Array {
  if (ground.kind === "texels") return texelsInside(ground.frame, path, isThere);
  return grid === undefined ? new Uint32Array(0) : spotsInside(ground, grid, path, isThere);
}
