import type { TexelMatrix } from "@flashdeconv/maps/internal";
import type { Size } from "./camera.js";

/** What is seen: the place in the middle, units of the positions per pixel of the canvas, and its size in those. */
export interface Shot extends Size {
  readonly x: number;
  readonly y: number;
  readonly unitsPerPixel: number;
}

/** Left, top, right and bottom, in pixels of the canvas. */
export type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

/** What part of the canvas a rectangle of texels can lie in, a little more than it. */
export function rectangleOf(m: TexelMatrix, [left, top, right, bottom]: Rectangle, shot: Shot): Rectangle {
  const corners = [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ].map(([column, row]) => [
    (m[0] * column + m[1] * row + m[2] - shot.x) / shot.unitsPerPixel + shot.width / 2,
    (m[3] * column + m[4] * row + m[5] - shot.y) / shot.unitsPerPixel + shot.height / 2,
  ]);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return [
    within(Math.min(...xs) - 2, shot.width),
    within(Math.min(...ys) - 2, shot.height),
    within(Math.max(...xs) + 2, shot.width),
    within(Math.max(...ys) + 2, shot.height),
  ];
}
