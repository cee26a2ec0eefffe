import type { NeighborGraph } from "@flashdeconv/core";
import type { SolverReference } from "@flashdeconv/solver";
import { meanDiagonal } from "@flashdeconv/solver/internal";

/** Small numbers that look random: a linear congruential generator. */
export function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A square of spots with noisy statistics, as `summarizeCounts` makes them, and a graph of four neighbours. */
export function noisyTissue({
  side = 12,
  typeCount = 6,
  depth = 150,
  seed = 1,
  twins = false,
  isRough = false,
  isShuffled = false,
} = {}) {
  const random = lcg(seed);
  const gram = new Float64Array(typeCount * typeCount);
  for (let k = 0; k < typeCount; k++) {
    for (let l = 0; l <= k; l++) {
      gram[k * typeCount + l] = gram[l * typeCount + k] = 1 + (k === l ? 0.3 + random() : 0.1 * random());
    }
  }
  // Two types that can hardly be told apart: one step on a bound of the matrix would be far from the exact one.
  for (let k = 0; twins && k < typeCount; k++) {
    gram[typeCount + k] = gram[k * typeCount + 1] = gram[k * typeCount];
  }
  if (twins) gram[typeCount + 1] = gram[0] + 0.001;
  const spotCount = side * side;
  const statistics = new Float64Array(spotCount * (typeCount + 1));
  for (let spot = 0; spot < spotCount; spot++) {
    const count = spot === 5 ? 0 : Math.ceil(depth * (0.3 + random()));
    const place = isShuffled ? random() : (spot % side) / side;
    const type = isRough ? Math.floor(place * side) % typeCount : Math.floor(place * typeCount);
    const row = spot * (typeCount + 1);
    for (let k = 0; k < typeCount && count > 0; k++) {
      statistics[row + k] = count * gram[type * typeCount + k] + 2 * Math.sqrt(count) * (random() - 0.5);
    }
    statistics[row + typeCount] = count;
  }
  const reference: SolverReference = {
    typeNames: Array.from({ length: typeCount }, (_, k) => `type ${k}`),
    width: typeCount,
    values: gram,
    gram,
  };
  return {
    reference,
    meanDepth: 0.8 * depth,
    composition: new Float64Array(typeCount).fill(1 / typeCount),
    statistics,
    graph: grid(side),
    typeCount,
    spotCount,
    scale: meanDiagonal(gram, typeCount),
  };
}

export type Tissue = ReturnType<typeof noisyTissue>;

function grid(side: number): NeighborGraph {
  const indptr = [0];
  const indices: number[] = [];
  for (let spot = 0; spot < side * side; spot++) {
    const [row, column] = [Math.floor(spot / side), spot % side];
    const around = [
      [row - 1, column],
      [row, column - 1],
      [row, column + 1],
      [row + 1, column],
    ];
    for (const [r, c] of around) if (r >= 0 && r < side && c >= 0 && c < side) indices.push(r * side + c);
    indptr.push(indices.length);
  }
  return { spotCount: side * side, indptr: Int32Array.from(indptr), indices: Int32Array.from(indices) };
}
