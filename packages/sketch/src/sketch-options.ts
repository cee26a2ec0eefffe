import { OptionError } from "@flashdeconv/core";
import { checkSeed } from "./legacy-random.js";

export interface SketchOptions {
  /**
   * Number of sketch dimensions d, or "none" for the exact statistics. 512 by default, as in the published package: with
   * some thousand selected genes it keeps the Gram matrix of a few dozen types well. A sketch wider than the number of
   * selected genes is allowed but saves nothing; the caller, who knows both numbers, should say so.
   */
  readonly dimension: number | "none";
  /** Seed of the sketch, a whole number in 0 .. 2^32 - 1. 0 by default, which gives the published sketch. */
  readonly seed: number;
}

export const SKETCH_DEFAULTS: SketchOptions = Object.freeze({ dimension: 512, seed: 0 });

const GREATEST_DIMENSION = 2 ** 31 - 1;

/**
 * Fills in the defaults and checks every option.
 *
 * @throws OptionError when the dimension is neither "none" nor a whole number of at least 1, or the seed is out of range.
 */
export function resolveSketchOptions(options: Partial<SketchOptions> = {}): SketchOptions {
  const dimension = options.dimension ?? SKETCH_DEFAULTS.dimension;
  const seed = options.seed ?? SKETCH_DEFAULTS.seed;
  if (
    dimension !== "none" &&
    !(Number.isInteger(dimension) && dimension >= 1 && dimension <= GREATEST_DIMENSION)
  ) {
    throw new OptionError({
      option: "dimension",
      value: dimension,
      rule: `"none" or a whole number from 1 to ${GREATEST_DIMENSION}`,
    });
  }
  checkSeed(seed);
  return { dimension, seed };
}
