import type { Assessment, StatArray, Tile } from "@flashdeconv/solver";
import { loadPrior, type RelativePrior, roughness, tissueRoughness } from "./relative-prior.js";
import { type CountSweeper, multiplyGram } from "./sweep-counts.js";

/**
 * Objective and largest violation of the optimality conditions over the tile's spots. The twin of the kernel of the same name. Sums
 * over types are made of two, over even and over odd types.
 */
export function assessCounts(
  { gram, prior, product }: CountSweeper,
  tile: Tile,
  abundance: StatArray,
): Omit<Assessment, "proportionErrorBound"> {
  const { spots, statistics } = tile;
  const { typeCount, old, slope, edgeWeight }: RelativePrior = prior;
  let objective = 0;
  let kktResidual = 0;
  for (let index = 0; index < spots.length; index++) {
    const spot = spots[index];
    const stat = spot * (typeCount + 1);
    const depth = statistics[stat + typeCount];
    loadPrior(prior, tile, abundance, spot);
    multiplyGram(gram, old, product);
    let even = 0;
    let odd = 0;
    let evenRough = 0;
    let oddRough = 0;
    let evenPull = 0;
    let oddPull = 0;
    for (let k = 0; k < typeCount; k++) {
      const value = old[k] * ((depth / 2) * product[k] - statistics[stat + k]);
      const rough = roughness(prior, tile, abundance, k);
      const pull = tissueRoughness(prior, tile, k);
      if ((k & 1) === 0) {
        even += value;
        evenRough += rough;
        evenPull += pull;
      } else {
        odd += value;
        oddRough += rough;
        oddPull += pull;
      }
      const gradient = depth * product[k] - statistics[stat + k] + slope[k];
      kktResidual = Math.max(kktResidual, old[k] > 0 ? Math.abs(gradient) : -gradient);
    }
    // Each edge is met from both ends, so each end takes half of edgeWeight / 2.
    objective += even + odd + (edgeWeight / 4) * (evenRough + oddRough);
    objective += (evenPull + oddPull) / 2;
  }
  return { objective, kktResidual };
}
