import type { Coordinates, NeighborGraph } from "@flashdeconv/core";

/** The neighbours of every spot, the slow and plain way. */
export type Neighbors = number[][];

export function coordinatesOf(points: readonly (readonly number[])[], dimension: 2 | 3 = 2): Coordinates {
  return { dimension, values: Float64Array.from(points.flat()) };
}

export function bruteKnn(coordinates: Coordinates, neighborCount: number): Neighbors {
  const spotCount = coordinates.values.length / coordinates.dimension;
  const sets = Array.from({ length: spotCount }, () => new Set<number>());
  for (let spot = 0; spot < spotCount; spot++) {
    const others = Array.from({ length: spotCount }, (_, other) => other).filter((other) => other !== spot);
    others.sort((a, b) => squared(coordinates, spot, a) - squared(coordinates, spot, b) || a - b);
    for (const other of others.slice(0, neighborCount)) {
      sets[spot].add(other);
      sets[other].add(spot);
    }
  }
  return sets.map((set) => [...set].sort((a, b) => a - b));
}

export function bruteRadius(coordinates: Coordinates, radius: number): Neighbors {
  const spotCount = coordinates.values.length / coordinates.dimension;
  const spots = Array.from({ length: spotCount }, (_, spot) => spot);
  return spots.map((a) => spots.filter((b) => a !== b && squared(coordinates, a, b) <= radius * radius));
}

export function bruteGrid(coordinates: Coordinates): Neighbors {
  const spotCount = coordinates.values.length / coordinates.dimension;
  const nearest = Array.from({ length: spotCount }, (_, spot) => {
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < spotCount; other++) {
      if (other !== spot) least = Math.min(least, squared(coordinates, spot, other));
    }
    return Math.sqrt(least);
  }).sort((a, b) => a - b);
  const median = (nearest[(spotCount - 1) >> 1] + nearest[spotCount >> 1]) / 2;
  return bruteRadius(coordinates, 1.5 * median);
}

export function neighborsOf({ spotCount, indptr, indices }: NeighborGraph): Neighbors {
  if (indptr.length !== spotCount + 1 || indptr[0] !== 0 || indptr[spotCount] !== indices.length) {
    throw new Error("the row offsets do not fit the graph");
  }
  return Array.from({ length: spotCount }, (_, spot) =>
    Array.from(indices.subarray(indptr[spot], indptr[spot + 1])),
  );
}

function squared({ values, dimension }: Coordinates, a: number, b: number): number {
  let sum = 0;
  for (let axis = 0; axis < dimension; axis++) {
    sum += (values[a * dimension + axis] - values[b * dimension + axis]) ** 2;
  }
  return sum;
}
