import type { Assessment, StatArray, Tile } from "./solver.js";
import { loadSpot, multiplyOld, type SpotProblem } from "./spot-problem.js";

/**
 * Objective, largest violation of the optimality conditions and certificate over the tile's spots. The twin of the kernel of
 * the same name.
 *
 * The certificate: an exact sweep T that updates all spots at once contracts by shift / (smallest + shift) in the largest
 * spot-wise norm, so |b - b*| <= |T(b) - b| (smallest + shift) / smallest. T(b) need not be found: the spot's problem is
 * strongly convex by smallest + shift, so |T(b) - b| <= |violation| / (smallest + shift). Together the shift drops out.
 *
 * @param smallest least eigenvalue of the Gram matrix; at 0 there is no bound
 */
export function assessSpots(
  problem: SpotProblem,
  tile: Tile,
  abundance: StatArray,
  smallest: number,
): Assessment {
  const { target, old, product, lambda, sparsity } = problem;
  const typeCount = old.length;
  // The sum and one entry may both be off: an error of size e in abundances is one of at most this times e / sum.
  const onProportion = 1 + Math.sqrt(typeCount);
  let objective = 0;
  let kktResidual = 0;
  let proportionErrorBound = 0;
  for (let index = 0; index < tile.spots.length; index++) {
    const spot = tile.spots[index];
    const shift = loadSpot(problem, tile, abundance, spot);
    multiplyOld(problem, shift);
    const stat = spot * (typeCount + 1);
    let value = tile.statistics[stat + typeCount] / 2;
    let total = 0;
    let squares = 0;
    for (let k = 0; k < typeCount; k++) {
      const amount = old[k];
      value += amount * ((product[k] - shift * amount) / 2 - tile.statistics[stat + k] + sparsity);
      total += amount;
      const gradient = product[k] - target[k];
      const violation = amount > 0 ? Math.abs(gradient) : Math.max(0, -gradient);
      squares += violation * violation;
      kktResidual = Math.max(kktResidual, violation);
    }
    // Each edge is met from both ends, so each end takes half of lambda / 2.
    objective += value + (lambda / 4) * roughness(tile, abundance, spot, typeCount);
    if (squares > 0) {
      const bound = (onProportion * Math.sqrt(squares)) / (smallest * total);
      proportionErrorBound = Math.max(proportionErrorBound, bound);
    }
  }
  return { objective, kktResidual, proportionErrorBound };
}

/** Sum over neighbours of |b_i - b_j|^2, made of two sums over even and odd types. */
function roughness({ indptr, indices }: Tile, abundance: StatArray, spot: number, typeCount: number): number {
  let even = 0;
  let odd = 0;
  const own = spot * typeCount;
  for (let e = indptr[spot]; e < indptr[spot + 1]; e++) {
    const other = indices[e] * typeCount;
    let k = 0;
    for (; k + 1 < typeCount; k += 2) {
      const first = abundance[own + k] - abundance[other + k];
      const second = abundance[own + k + 1] - abundance[other + k + 1];
      even += first * first;
      odd += second * second;
    }
    if (k < typeCount) {
      const last = abundance[own + k] - abundance[other + k];
      even += last * last;
    }
  }
  return even + odd;
}
