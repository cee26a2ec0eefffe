import { checkedOptions, type OptionTable, wholeNumber, wordsOr } from "@flashdeconv/core/internal";

export interface SketchOptions {
  /**
   * Number of sketch dimensions d, or "none" for the exact statistics. A sketch wider than the number of selected genes is
   * allowed but saves nothing; the caller, who knows both numbers, should say so.
   */
  readonly dimension: number | "none";
  /** Seed of the sketch. */
  readonly seed: number;
}

export const SKETCH_OPTIONS: OptionTable<SketchOptions> = Object.freeze({
  dimension: {
    kind: wordsOr(["none"], wholeNumber({ least: 1, most: 2 ** 31 - 1 })),
    default: 512,
    because: "as published; it keeps the Gram matrix of a few dozen types well",
    meaning: "dimensions of the sketch, or none for exact statistics",
  },
  seed: {
    kind: wholeNumber({ least: 0, most: 2 ** 32 - 1 }),
    default: 0,
    because: "it gives the published sketch",
    meaning: "seed of the sketch",
  },
});

/** The given options, checked, with the defaults for what is left out. @throws OptionError for a value that an option cannot take. */
export function resolveSketchOptions(options: Partial<SketchOptions> = {}): SketchOptions {
  return checkedOptions(SKETCH_OPTIONS, options);
}
