import type { Tile } from "@flashdeconv/solver";
import type { SingleStep } from "./single-step.js";

// The relative prior of a spot and its neighbours in single precision. The twin of the kernel's `loadQuad`.

const f = Math.fround;

export interface SingleSpot {
  readonly spot: number;
  readonly depth: number;
  /** Sum over the spot's edges of what they weigh. */
  readonly weight: number;
}

/** Slope and curvature of the prior, and least abundances, as `loadPrior` in double precision. */
export function loadPrior(step: SingleStep, tile: Tile, abundance: Float32Array, at: SingleSpot): void {
  const { typeCount, epsilon, edgeWeight, slope, curvature, least } = step;
  const { indptr, indices, weights } = tile;
  const from = indptr[at.spot];
  const to = indptr[at.spot + 1];
  const row = at.spot * typeCount;
  const weight = f(at.weight);
  slope.fill(0);
  curvature.fill(0);
  least.fill(Number.POSITIVE_INFINITY);
  let e = from;
  for (; e + 1 < to; e += 2) {
    const firstRow = indices[e] * typeCount;
    const secondRow = indices[e + 1] * typeCount;
    const firstShare = weights === undefined ? 1 : f(weights[e]);
    const secondShare = weights === undefined ? 1 : f(weights[e + 1]);
    for (let k = 0; k < typeCount; k++) {
      const first = abundance[firstRow + k];
      const second = abundance[secondRow + k];
      const raised = f(abundance[row + k] + f(2 * epsilon));
      const firstSum = f(raised + first);
      const secondSum = f(raised + second);
      const both = f(1 / f(firstSum * secondSum));
      const firstInverse = f(both * secondSum);
      const secondInverse = f(both * firstSum);
      const firstRatio = f(f(first + epsilon) * firstInverse);
      const secondRatio = f(f(second + epsilon) * secondInverse);
      const firstSquare = f(f(firstRatio * firstRatio) * firstShare);
      const secondSquare = f(f(secondRatio * secondRatio) * secondShare);
      slope[k] += f(firstSquare + secondSquare);
      curvature[k] += f(f(firstSquare * firstInverse) + f(secondSquare * secondInverse));
      least[k] = Math.min(least[k], first, second);
    }
  }
  if (e < to) {
    const lastRow = indices[e] * typeCount;
    const lastShare = weights === undefined ? 1 : f(weights[e]);
    for (let k = 0; k < typeCount; k++) {
      const last = abundance[lastRow + k];
      const inverse = f(1 / f(f(abundance[row + k] + f(2 * epsilon)) + last));
      const ratio = f(f(last + epsilon) * inverse);
      const square = f(f(ratio * ratio) * lastShare);
      slope[k] += square;
      curvature[k] += f(square * inverse);
      least[k] = Math.min(least[k], last);
    }
  }
  for (let k = 0; k < typeCount; k++) {
    slope[k] = edgeWeight * f(weight - f(4 * slope[k]));
    curvature[k] = f(8 * edgeWeight) * curvature[k];
  }
  if (step.tissueWeight > 0) addTissue(step, abundance, row);
}

/** Adds the tissue's part to slope and curvature. */
function addTissue(step: SingleStep, abundance: Float32Array, row: number): void {
  const { typeCount, epsilon, composition, tissueWeight, slope, curvature, least } = step;
  for (let k = 0; k < typeCount; k++) {
    const raised = f(abundance[row + k] + f(2 * epsilon));
    const inverse = f(1 / f(raised + composition[k]));
    const ratio = f(f(composition[k] + epsilon) * inverse);
    const square = f(ratio * ratio);
    slope[k] += f(tissueWeight * f(1 - f(4 * square)));
    curvature[k] += f(f(8 * tissueWeight) * f(square * inverse));
    least[k] = Math.min(least[k], composition[k]);
  }
}

/** As `majorizePrior` in double precision: in place of the sum with the spot's own abundance stands that of the neighbour alone. */
export function majorizePrior(step: SingleStep, tile: Tile, abundance: Float32Array, at: SingleSpot): void {
  const { typeCount, epsilon, edgeWeight, composition, tissueWeight, curvature } = step;
  const { indptr, indices, weights } = tile;
  const to = indptr[at.spot + 1];
  const row = at.spot * typeCount;
  const floors = f(2 * epsilon);
  curvature.fill(0);
  let e = indptr[at.spot];
  for (; e + 1 < to; e += 2) {
    const firstRow = indices[e] * typeCount;
    const secondRow = indices[e + 1] * typeCount;
    const firstShare = weights === undefined ? 1 : f(weights[e]);
    const secondShare = weights === undefined ? 1 : f(weights[e + 1]);
    for (let k = 0; k < typeCount; k++) {
      const first = abundance[firstRow + k];
      const second = abundance[secondRow + k];
      const raised = f(abundance[row + k] + floors);
      const firstSum = f(raised + first);
      const secondSum = f(raised + second);
      const both = f(1 / f(firstSum * secondSum));
      const firstRatio = f(f(first + epsilon) * f(both * secondSum));
      const secondRatio = f(f(second + epsilon) * f(both * firstSum));
      const firstSquare = f(f(firstRatio * firstRatio) * firstShare);
      const secondSquare = f(f(secondRatio * secondRatio) * secondShare);
      const firstFloor = f(first + floors);
      const secondFloor = f(second + floors);
      const bothFloors = f(1 / f(firstFloor * secondFloor));
      curvature[k] += f(
        f(firstSquare * f(bothFloors * secondFloor)) + f(secondSquare * f(bothFloors * firstFloor)),
      );
    }
  }
  if (e < to) {
    const lastRow = indices[e] * typeCount;
    const lastShare = weights === undefined ? 1 : f(weights[e]);
    for (let k = 0; k < typeCount; k++) {
      const last = abundance[lastRow + k];
      const square = f(squareOf(last, f(abundance[row + k] + floors), epsilon) * lastShare);
      curvature[k] += f(square * f(1 / f(last + floors)));
    }
  }
  for (let k = 0; k < typeCount; k++) {
    curvature[k] = f(8 * edgeWeight) * curvature[k];
    if (!(tissueWeight > 0)) continue;
    const square = squareOf(composition[k], f(abundance[row + k] + floors), epsilon);
    curvature[k] += f(f(8 * tissueWeight) * f(square * f(1 / f(composition[k] + floors))));
  }
}

/** Square of a neighbour's abundance over its sum with the spot's own, each with epsilon added. */
function squareOf(other: number, raised: number, epsilon: number): number {
  const ratio = f(f(other + epsilon) * f(1 / f(raised + other)));
  return f(ratio * ratio);
}
