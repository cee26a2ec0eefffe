import type { Coordinates } from "@flashdeconv/core";

/**
 * The spots in an order that keeps close ones together in memory. What searches and joins neighbours speaks of places in that
 * order, so that it reads memory in order even when the spots come in none.
 */
export interface Places {
  readonly spotCount: number;
  readonly dimension: Coordinates["dimension"];
  /** Coordinates by place, row-major. */
  readonly points: Float64Array;
  /** The spot at each place. */
  readonly spots: Int32Array;
}

/** Places in groups: group `i` has those from `start[i]` up to `end[i]`. */
export interface PlaceGroups extends Places {
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** The squared distance between two places. Each search and every graph uses this one, so all agree to the bit. */
export function squaredDistance(
  { points, dimension }: Pick<Places, "points" | "dimension">,
  a: number,
  b: number,
): number {
  const atA = a * dimension;
  const atB = b * dimension;
  const x = points[atA] - points[atB];
  const y = points[atA + 1] - points[atB + 1];
  if (dimension === 2) return x * x + y * y;
  const z = points[atA + 2] - points[atB + 2];
  return x * x + y * y + z * z;
}
