import type { StatArray, Tile } from "./solver.js";

/**
 * The least-squares problem of one spot given its neighbours: minimise 1/2 x'(G + shift I)x - target'x over x >= 0. Made
 * once and loaded for one spot after the other.
 */
export interface SpotProblem {
  readonly gram: Float64Array;
  readonly lambda: number;
  readonly sparsity: number;
  /** h - sparsity + lambda x the weighted sum of the neighbours' abundances. */
  readonly target: Float64Array;
  /** The spot's abundances before its update. */
  readonly old: Float64Array;
  /** What `multiplyOld` found. */
  readonly product: Float64Array;
}

export function buildSpotProblem(
  gram: Float64Array,
  typeCount: number,
  lambda: number,
  sparsity: number,
): SpotProblem {
  const target = new Float64Array(typeCount);
  const old = new Float64Array(typeCount);
  const product = new Float64Array(typeCount);
  return { gram, lambda, sparsity, target, old, product };
}

/** Fills `target` and `old`. Returns the shift: lambda x the weight of the spot's edges. */
export function loadSpot(problem: SpotProblem, tile: Tile, abundance: StatArray, spot: number): number {
  const { lambda, sparsity, target, old } = problem;
  const { indptr, indices, weights, statistics } = tile;
  const typeCount = target.length;
  const row = spot * typeCount;
  for (let k = 0; k < typeCount; k++) {
    target[k] = 0;
    old[k] = abundance[row + k];
  }
  const from = indptr[spot];
  const to = indptr[spot + 1];
  let weight = to - from;
  if (weights === undefined) {
    // Two neighbours at a time: half the stores.
    let e = from;
    for (; e + 1 < to; e += 2) {
      const first = indices[e] * typeCount;
      const second = indices[e + 1] * typeCount;
      for (let k = 0; k < typeCount; k++) target[k] += abundance[first + k] + abundance[second + k];
    }
    if (e < to) {
      const last = indices[e] * typeCount;
      for (let k = 0; k < typeCount; k++) target[k] += abundance[last + k];
    }
  } else {
    weight = 0;
    let e = from;
    for (; e + 1 < to; e += 2) {
      const first = indices[e] * typeCount;
      const second = indices[e + 1] * typeCount;
      const share = weights[e];
      const other = weights[e + 1];
      weight += share + other;
      for (let k = 0; k < typeCount; k++) {
        target[k] += share * abundance[first + k] + other * abundance[second + k];
      }
    }
    if (e < to) {
      const last = indices[e] * typeCount;
      weight += weights[e];
      for (let k = 0; k < typeCount; k++) target[k] += weights[e] * abundance[last + k];
    }
  }
  // A row of statistics holds one number more, the squared norm.
  const stat = spot * (typeCount + 1);
  for (let k = 0; k < typeCount; k++) target[k] = statistics[stat + k] - sparsity + lambda * target[k];
  return lambda * weight;
}

/** `product` = (G + shift I) old. */
export function multiplyOld({ gram, old, product }: SpotProblem, shift: number): void {
  const typeCount = old.length;
  for (let k = 0; k < typeCount; k++) product[k] = shift * old[k];
  // Four columns at a time: a quarter of the stores.
  let l = 0;
  for (; l + 3 < typeCount; l += 4) {
    const a = old[l];
    const b = old[l + 1];
    const c = old[l + 2];
    const d = old[l + 3];
    if (a === 0 && b === 0 && c === 0 && d === 0) continue;
    const rowA = l * typeCount;
    const rowB = rowA + typeCount;
    const rowC = rowB + typeCount;
    const rowD = rowC + typeCount;
    for (let k = 0; k < typeCount; k++) {
      product[k] += gram[rowA + k] * a + gram[rowB + k] * b + (gram[rowC + k] * c + gram[rowD + k] * d);
    }
  }
  for (; l < typeCount; l++) {
    const row = l * typeCount;
    for (let k = 0; k < typeCount; k++) product[k] += gram[row + k] * old[l];
  }
}
