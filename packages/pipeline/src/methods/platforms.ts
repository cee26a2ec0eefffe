import type { PlatformName } from "../contracts/options.js";

/**
 * Ranges of lambda that the FlashDeconv article recommends per platform (its table of lambda, on its own scale
 * log2(1 + counts per million)). Only their geometric mean is used, and only after it is carried over to the scale at
 * hand: see `platformLambda`.
 */
export const PLATFORMS = Object.freeze({
  visium: [1000, 10_000],
  "visium-hd-16um": [5000, 20_000],
  "visium-hd-8um": [10_000, 50_000],
  "visium-hd-2um": [50_000, 100_000],
  "stereo-seq": [50_000, 200_000],
} as const satisfies Record<PlatformName, readonly [number, number]>);

/**
 * The article's lambda for a platform on the scale of this run: multiplied by the mean diagonal of this run's Gram matrix over
 * that of the same reference, genes and sketch on the article's scale. Taken as it stands it would belong to another
 * problem: 5,000 on the package's scale once made 98.5 % of a lymph node one type.
 */
export function platformLambda(
  platform: PlatformName,
  meanDiagonalHere: number,
  meanDiagonalThere: number,
): number {
  const [low, high] = PLATFORMS[platform];
  return (Math.sqrt(low * high) * meanDiagonalHere) / meanDiagonalThere;
}
