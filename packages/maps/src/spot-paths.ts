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
  const paths = Array.from({ length: groupCount }, () => [] as string[]);
  const place = (value: number) => Number(value.toFixed(1));
  for (let spot = 0; spot < groups.length; spot++) {
    if (groups[spot] < 0) continue;
    const x = place((values[spot * dimension] - frame.left) * frame.scale);
    const y = place((values[spot * dimension + 1] - frame.top) * frame.scale);
    paths[groups[spot]].push(`M${x} ${y}h0`);
  }
  return paths.map((parts) => parts.join(""));
}
