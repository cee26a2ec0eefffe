import type { Assessment, StatArray, Tile } from "@flashdeconv/solver";
import { judgePrior } from "./judge-prior.js";
import { type CountSweeper, multiplyGram } from "./sweep-counts.js";

/**
 * Objective and largest violation of the optimality conditions over the tile's spots. The twin of the kernel of the same name. Sums
 * over types are made of two, over even and over odd types.
 */
export function assessCounts(
  { gram, prior, product, shares }: CountSweeper,
  tile: Tile,
  abundance: StatArray,
): Omit<Assessment, "proportionErrorBound"> {
  const { spots, statistics } = tile;
  const { typeCount, old, slope } = prior;
  let objective = 0;
  let kktResidual = 0;
  for (let index = 0; index < spots.length; index++) {
    const spot = spots[index];
    const stat = spot * (typeCount + 1);
    const depth = statistics[stat + typeCount];
    prior.spot = spot;
    judgePrior(prior, tile, abundance, shares);
    multiplyGram(gram, old, product);
    let even = 0;
    let odd = 0;
    let evenShares = 0;
    let oddShares = 0;
    for (let k = 0; k < typeCount; k++) {
      const value = old[k] * ((depth / 2) * product[k] - statistics[stat + k]);
      if ((k & 1) === 0) {
        even += value;
        evenShares += shares[k];
      } else {
        odd += value;
        oddShares += shares[k];
      }
      const gradient = depth * product[k] - statistics[stat + k] + slope[k];
      kktResidual = Math.max(kktResidual, old[k] > 0 ? Math.abs(gradient) : -gradient);
    }
    objective += even + odd + (evenShares + oddShares);
  }
  return { objective, kktResidual };
}
