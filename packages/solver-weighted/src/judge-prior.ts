import type { StatArray, Tile } from "@flashdeconv/solver";
import { type RelativePrior, tissueWeightOf, weightOf } from "./relative-prior.js";

/**
 * Takes in a spot to be judged: its abundances and the slope of the prior in them, as `loadPrior` has it. Fills `shares` with the spot's share
 * of the prior by type, half of each edge and all of what the tissue pulls. The twin of the kernel's `judgePair`.
 */
export function judgePrior(
  prior: RelativePrior,
  tile: Tile,
  abundance: StatArray,
  shares: Float64Array,
): void {
  const { typeCount, edgeWeight, epsilon, old, slope, spot } = prior;
  const { composition } = prior.tissue;
  const pull = tissueWeightOf(prior, tile);
  const weight = weightOf(tile, spot);
  const { indptr, indices, weights } = tile;
  const to = indptr[spot + 1];
  for (let k = 0; k < typeCount; k++) {
    const own = abundance[spot * typeCount + k];
    const raised = own + 2 * epsilon;
    let squares = 0;
    let roughs = 0;
    let isPresent = own > 0;
    let e = indptr[spot];
    for (; e + 1 < to; e += 2) {
      const first = abundance[indices[e] * typeCount + k];
      const second = abundance[indices[e + 1] * typeCount + k];
      const firstShare = weights === undefined ? 1 : weights[e];
      const secondShare = weights === undefined ? 1 : weights[e + 1];
      const firstSum = raised + first;
      const secondSum = raised + second;
      const both = 1 / (firstSum * secondSum);
      const firstInverse = both * secondSum;
      const secondInverse = both * firstSum;
      const firstRatio = (first + epsilon) * firstInverse;
      const secondRatio = (second + epsilon) * secondInverse;
      const firstGap = own - first;
      const secondGap = own - second;
      squares += firstRatio * firstRatio * firstShare + secondRatio * secondRatio * secondShare;
      roughs +=
        firstGap * firstGap * firstInverse * firstShare + secondGap * secondGap * secondInverse * secondShare;
      isPresent ||= first > 0 || second > 0;
    }
    if (e < to) {
      const last = abundance[indices[e] * typeCount + k];
      const share = weights === undefined ? 1 : weights[e];
      const inverse = 1 / (raised + last);
      const ratio = (last + epsilon) * inverse;
      const gap = own - last;
      squares += ratio * ratio * share;
      roughs += gap * gap * inverse * share;
      isPresent ||= last > 0;
    }
    let slopes = edgeWeight * (weight - 4 * squares);
    // Each edge is met from both ends, and phi is 2 gap^2 / (a + b + 2 epsilon).
    let value = (edgeWeight / 2) * roughs;
    if (pull > 0) {
      const share = composition[k];
      const inverse = 1 / (raised + share);
      const ratio = (share + epsilon) * inverse;
      const gap = own - share;
      slopes += pull * (1 - 4 * (ratio * ratio));
      value += pull * (gap * gap * inverse);
      isPresent ||= share > 0;
    }
    old[k] = own;
    slope[k] = isPresent ? slopes : 0;
    shares[k] = value;
  }
}
