import type { Coordinates } from "@flashdeconv/core";
import type { MapFrame } from "./map-frame.js";

/**
 * Spots as paths of SVG, one per group: every spot is a line without length, which a wide stroke with round or square ends makes a disc or a
 * square (`stroke-width` is the frame's spot size).
 *
 * @param groups of each spot, from 0; a spot of a group below 0 is left out
 * @returns the `d` of the path of each group, empty where no spot is in it
 */
export function spotPaths(
  frame: MapFrame,
  { dimension, values }: Coordinates,
  groups: ArrayLike<number>,
  groupCount: number,
): string[] {
  const paths = Array.from({ length: groupCount }, () => ({ parts: [] as string[], x: 0, y: 0 }));
  // Tenths of a pixel, so that steps from spot to spot, which are shorter to write than places, add up to the places.
  const tenths = (value: number) => Math.round(10 * value);
  for (let spot = 0; spot < groups.length; spot++) {
    if (groups[spot] < 0) continue;
    const x = tenths((values[spot * dimension] - frame.left) * frame.scale);
    const y = tenths((values[spot * dimension + 1] - frame.top) * frame.scale);
    const path = paths[groups[spot]];
    const [dx, dy] = [(x - path.x) / 10, (y - path.y) / 10];
    path.parts.push(`m${dx}${dy < 0 ? "" : " "}${dy}h0`);
    [path.x, path.y] = [x, y];
  }
  return paths.map(({ parts }) => parts.join(""));
}
