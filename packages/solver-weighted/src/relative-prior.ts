import type { StatArray, Tile } from "@flashdeconv/solver";

/**
 * The prior on neighbouring proportions a and b,
 *
 *   phi(a, b) = (a - b)^2 / ((a + b) / 2 + epsilon),  summed over edges and types, times strength / (2 x mean degree):
 *
 * a difference counts relative to how much of the type there is, as counts vary. Both sides are in the denominator, so that a
 * type which no neighbour has is held down with a bounded force and a rare type survives. phi is convex in (a, b) together (a
 * square over a linear form), and so is the whole problem.
 *
 * With t = (a + b) / 2 + epsilon and B = b + epsilon, phi = 4t + 4B^2 / t - 8B: its slope in a is 2 - 2(B / t)^2, its
 * curvature 2 B^2 / t^3, which falls as a grows.
 *
 * The composition of the tissue as a whole enters as one more neighbour, which no update moves.
 */
export interface RelativePrior {
  readonly typeCount: number;
  /** Weight of an edge: strength / mean degree of the section. */
  readonly edgeWeight: number;
  readonly epsilon: number;
  readonly tissue: TissuePull;
  /** The spot that was taken in last. */
  spot: number;
  /** The spot's abundances before its update. */
  readonly old: Float64Array;
  /** Slope of the spot's share of the prior in each of its abundances, at `old`. */
  readonly slope: Float64Array;
  /** Curvature of the same. */
  readonly curvature: Float64Array;
  /** Least abundance of each type among the neighbours. */
  readonly least: Float64Array;
  /** Types that the spot or a neighbour has any of, the first `presentCount`. */
  readonly present: Int32Array;
  presentCount: number;
  /** Sum over edges of what they weigh. */
  weight: number;
}

/** How hard the tissue as a whole pulls at each spot that has counts. */
export interface TissuePull {
  /** K proportions. */
  readonly composition: Float64Array;
  /** In counts: 0 for not at all. */
  readonly weight: number;
}

export function buildRelativePrior(
  typeCount: number,
  edgeWeight: number,
  epsilon: number,
  tissue: TissuePull,
): RelativePrior {
  return {
    typeCount,
    edgeWeight,
    epsilon,
    tissue,
    spot: -1,
    old: new Float64Array(typeCount),
    slope: new Float64Array(typeCount),
    curvature: new Float64Array(typeCount),
    least: new Float64Array(typeCount),
    present: new Int32Array(typeCount),
    presentCount: 0,
    weight: 0,
  };
}

/**
 * Takes in a spot and its neighbours: all but the constants. The twin of the kernel's function of the same name. Neighbours are taken two
 * at a time: they share a division.
 */
export function loadPrior(prior: RelativePrior, tile: Tile, abundance: StatArray, spot: number): void {
  const { typeCount, edgeWeight, epsilon, old, slope, curvature, least, present } = prior;
  const { composition } = prior.tissue;
  prior.spot = spot;
  const { indptr, indices, weights } = tile;
  const from = indptr[spot];
  const to = indptr[spot + 1];
  // `slope` holds sums first: what there is of each type.
  for (let k = 0; k < typeCount; k++) slope[k] = old[k] = abundance[spot * typeCount + k];
  for (let e = from; e < to; e++) {
    const row = indices[e] * typeCount;
    for (let k = 0; k < typeCount; k++) slope[k] += abundance[row + k];
  }
  const weight = weightOf(tile, spot);
  prior.weight = weight;

  let count = 0;
  const tissueWeight = tissueWeightOf(prior, tile);
  for (let k = 0; k < typeCount; k++) {
    const isPresent = slope[k] > 0 || (tissueWeight > 0 && composition[k] > 0);
    slope[k] = 0;
    if (isPresent) {
      present[count++] = k;
      curvature[k] = 0;
      least[k] = Number.POSITIVE_INFINITY;
    } else {
      curvature[k] = (edgeWeight * weight + tissueWeight) / epsilon;
      least[k] = 0;
    }
  }
  prior.presentCount = count;
  // With u = a + b + 2 epsilon and r = B / u: slope 1 - 4 r^2 and curvature 8 r^2 / u, each times the weight of an edge.
  let e = from;
  for (; e + 1 < to; e += 2) {
    const firstRow = indices[e] * typeCount;
    const secondRow = indices[e + 1] * typeCount;
    const firstShare = weights === undefined ? 1 : weights[e];
    const secondShare = weights === undefined ? 1 : weights[e + 1];
    for (let i = 0; i < count; i++) {
      const k = present[i];
      const first = abundance[firstRow + k];
      const second = abundance[secondRow + k];
      const raised = old[k] + 2 * epsilon;
      const firstSum = raised + first;
      const secondSum = raised + second;
      const both = 1 / (firstSum * secondSum);
      const firstInverse = both * secondSum;
      const secondInverse = both * firstSum;
      const firstRatio = (first + epsilon) * firstInverse;
      const secondRatio = (second + epsilon) * secondInverse;
      const firstSquare = firstRatio * firstRatio * firstShare;
      const secondSquare = secondRatio * secondRatio * secondShare;
      slope[k] += firstSquare + secondSquare;
      curvature[k] += firstSquare * firstInverse + secondSquare * secondInverse;
      if (first < least[k]) least[k] = first;
      if (second < least[k]) least[k] = second;
    }
  }
  if (e < to) {
    const row = indices[e] * typeCount;
    const share = weights === undefined ? 1 : weights[e];
    for (let i = 0; i < count; i++) {
      const k = present[i];
      const last = abundance[row + k];
      const inverse = 1 / (old[k] + 2 * epsilon + last);
      const ratio = (last + epsilon) * inverse;
      const square = ratio * ratio * share;
      slope[k] += square;
      curvature[k] += square * inverse;
      if (last < least[k]) least[k] = last;
    }
  }
  for (let i = 0; i < count; i++) {
    const k = present[i];
    slope[k] = edgeWeight * (weight - 4 * slope[k]);
    curvature[k] *= 8 * edgeWeight;
  }
  if (tissueWeight > 0) addTissue(prior, tissueWeight);
}

/** Sum over a spot's edges of what they weigh. */
export function weightOf({ indptr, weights }: Tile, spot: number): number {
  const from = indptr[spot];
  const to = indptr[spot + 1];
  if (weights === undefined) return to - from;
  let weight = 0;
  for (let e = from; e < to; e++) weight += weights[e];
  return weight;
}

/** The tissue pulls only where there are counts: a spot without any has no answer of its own. */
export function tissueWeightOf({ typeCount, tissue, spot }: RelativePrior, { statistics }: Tile): number {
  return statistics[spot * (typeCount + 1) + typeCount] > 0 ? tissue.weight : 0;
}

/** Adds the tissue's part to slope and curvature. */
function addTissue(prior: RelativePrior, weight: number): void {
  const { epsilon, old, slope, curvature, least, present, presentCount } = prior;
  const { composition } = prior.tissue;
  for (let i = 0; i < presentCount; i++) {
    const k = present[i];
    const share = composition[k];
    const inverse = 1 / (old[k] + 2 * epsilon + share);
    const ratio = (share + epsilon) * inverse;
    const square = ratio * ratio;
    slope[k] += weight * (1 - 4 * square);
    curvature[k] += 8 * weight * (square * inverse);
    if (share < least[k]) least[k] = share;
  }
}

/**
 * Replaces the curvature by that of a quadratic which touches the prior at `old` and is nowhere below it for abundances of at least
 * 0. As the curvature falls, the tightest one meets phi at 0: 1/t - 1/t0 + (t - t0) / t0^2 = (t - t0)^2 / (t t0^2), at its
 * greatest where t is least, b / 2 + epsilon.
 */
export function majorizePrior(prior: RelativePrior, tile: Tile, abundance: StatArray): void {
  const { spot, typeCount, edgeWeight, epsilon, old, curvature, present, presentCount } = prior;
  const { indptr, indices, weights } = tile;
  for (let a = 0; a < presentCount; a++) curvature[present[a]] = 0;
  for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
    const row = indices[e] * typeCount;
    const share = edgeWeight * (weights === undefined ? 1 : weights[e]);
    for (let a = 0; a < presentCount; a++) {
      const k = present[a];
      const b = abundance[row + k];
      const ratio = (b + epsilon) / (0.5 * (old[k] + b) + epsilon);
      curvature[k] += (share * ratio * ratio) / (0.5 * b + epsilon);
    }
  }
  const weight = tissueWeightOf(prior, tile);
  for (let a = 0; a < presentCount && weight > 0; a++) {
    const k = present[a];
    const b = prior.tissue.composition[k];
    const ratio = (b + epsilon) / (0.5 * (old[k] + b) + epsilon);
    curvature[k] += (weight * ratio * ratio) / (0.5 * b + epsilon);
  }
}

/**
 * Whether the step d from `old` to `next` was so short that it lowers the true objective, though it was made on the quadratic with the
 * curvature C at `old` (M = that of the whole, C <= M). A step with relaxation w lowers the quadratic by at least
 * (1/w - 1/2) d'Md, and the prior exceeds it by at most (t0/t - 1) / 2 d'Cd: so t0 / t <= 2 / w will do, for every edge.
 */
export function isNear(
  { epsilon, old, least, present, presentCount }: RelativePrior,
  next: Float64Array,
  relaxation: number,
): boolean {
  const share = 0.5 * relaxation;
  for (let a = 0; a < presentCount; a++) {
    const k = present[a];
    if (next[k] < share * old[k] - (1 - share) * (least[k] + 2 * epsilon)) return false;
  }
  return true;
}
