import type { NeighborGraph } from "@flashdeconv/core";
import { bcd, resolveSolveOptions, type SolveInput, type StatArray, solve } from "../src/index.js";

/** A square grid of spots with a smooth composition, its statistics and its Gram matrix. */
export interface GridProblem {
  readonly side: number;
  readonly typeCount: number;
  readonly gram: Float64Array;
  readonly statistics: Float64Array;
  readonly graph: NeighborGraph;
}

export interface GridOptions {
  readonly side: number;
  readonly typeCount: number;
  /** The last two pairs of types are blends: this share of one another; 0 keeps them apart, 1 makes them the same. */
  readonly blend?: number;
  readonly seed?: number;
}

/** Signatures share a background and have markers, as real ones do; counts are noisy. */
export function gridProblem({ side, typeCount, blend = 0, seed = 1 }: GridOptions): GridProblem {
  const random = lehmer(seed);
  const width = 4 * typeCount;
  const signature = Float64Array.from({ length: typeCount * width }, (_, i) => {
    const isMarker = i % width < 2 * typeCount && (i % width) % typeCount === Math.floor(i / width);
    return 3 + 0.3 * random() + (isMarker ? 1.5 : 0);
  });
  for (const twin of [1, 3].filter((k) => blend > 0 && k < typeCount)) {
    for (let g = 0; g < width; g++) {
      const at = twin * width + g;
      signature[at] = blend * signature[at - width] + (1 - blend) * signature[at];
    }
  }
  const gram = new Float64Array(typeCount * typeCount);
  for (let k = 0; k < typeCount; k++)
    for (let l = 0; l < typeCount; l++)
      for (let g = 0; g < width; g++)
        gram[k * typeCount + l] += signature[k * width + g] * signature[l * width + g];

  const spotCount = side * side;
  const statistics = new Float64Array(spotCount * (typeCount + 1));
  for (let spot = 0; spot < spotCount; spot++) {
    const x = (spot % side) / side;
    const y = Math.floor(spot / side) / side;
    const shares = Array.from({ length: typeCount }, (_, k) =>
      Math.max(k === 0 ? 0.2 : 0, Math.sin(3 * x + k) + Math.cos(4 * y - 2 * k) - 0.4),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    for (let g = 0; g < width; g++) {
      let value = 2 * (random() - 0.5);
      for (let k = 0; k < typeCount; k++) value += (shares[k] / total) * signature[k * width + g];
      for (let k = 0; k < typeCount; k++)
        statistics[spot * (typeCount + 1) + k] += value * signature[k * width + g];
      statistics[spot * (typeCount + 1) + typeCount] += value * value;
    }
  }
  return { side, typeCount, gram, statistics, graph: gridGraph(side) };
}

export function meanDiagonalOf({ gram, typeCount }: GridProblem): number {
  let sum = 0;
  for (let k = 0; k < typeCount; k++) sum += gram[k * typeCount + k] / typeCount;
  return sum;
}

export function startOn(problem: GridProblem, lambda: number) {
  const { gram, typeCount, graph } = problem;
  const typeNames = Array.from({ length: typeCount }, (_, k) => `type ${k}`);
  return bcd.start({ typeNames, width: typeCount, values: gram, gram }, bcd.resolveOptions({ lambda }), {
    spotCount: graph.spotCount,
    meanDegree: graph.indices.length / graph.spotCount,
  });
}

export function solveGrid<A extends StatArray = Float64Array>(
  problem: GridProblem,
  lambda: number,
  extra: Partial<SolveInput<A>> & { tolerance?: number; maxSweeps?: number } = {},
) {
  const { tolerance, maxSweeps, ...input } = extra;
  const options = resolveSolveOptions({ ...(tolerance && { tolerance }), ...(maxSweeps && { maxSweeps }) });
  return solve<A>(bcd, startOn(problem, lambda), { ...problem, ...input }, options);
}

/** Largest difference of any proportion. */
export function proportionDifference(a: StatArray, b: StatArray, typeCount: number): number {
  let worst = 0;
  for (let at = 0; at < a.length; at += typeCount) {
    let sumA = 0;
    let sumB = 0;
    for (let k = at; k < at + typeCount; k++) {
      sumA += a[k];
      sumB += b[k];
    }
    for (let k = at; k < at + typeCount; k++) worst = Math.max(worst, Math.abs(a[k] / sumA - b[k] / sumB));
  }
  return worst;
}

function gridGraph(side: number): NeighborGraph {
  const indptr = [0];
  const indices: number[] = [];
  for (let spot = 0; spot < side * side; spot++) {
    const [row, column] = [Math.floor(spot / side), spot % side];
    if (row > 0) indices.push(spot - side);
    if (column > 0) indices.push(spot - 1);
    if (column < side - 1) indices.push(spot + 1);
    if (row < side - 1) indices.push(spot + side);
    indptr.push(indices.length);
  }
  return { spotCount: side * side, indptr: Int32Array.from(indptr), indices: Int32Array.from(indices) };
}

/** Numbers in (0, 1) by Lehmer's generator (Park and Miller 1988). */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
