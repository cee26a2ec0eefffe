import { ShapeError } from "@flashdeconv/core";
import type { LogCpm } from "./log-cpm.js";
import type { NormalizationOptions } from "./normalization-options.js";
import { type Pearson, pearsonScale } from "./pearson.js";

/** Counts as they are. */
export interface Raw {
  readonly kind: "raw";
}

/** A fitted normalisation: all that is needed to transform any spot, as plain data. */
export type Normalization = LogCpm | Pearson | Raw;

/**
 * The normalisation that resolved options ask for.
 *
 * `geneMeans` are the mean raw counts per spot of the selected genes, one item per gene; only `"pearson"` reads them.
 *
 * @throws ShapeError when the options say pearson and there are no means.
 */
export function buildNormalization(options: NormalizationOptions, geneMeans?: Float64Array): Normalization {
  const { preprocess, targetSum, logBase } = options;
  if (preprocess === "raw") return Object.freeze({ kind: "raw" });
  if (preprocess === "log-cpm") return Object.freeze({ kind: "log-cpm", targetSum, logBase });
  if (geneMeans === undefined) {
    throw new ShapeError({
      subject: "pearson normalisation",
      found: "no gene means",
      expected: "the mean raw count of each selected gene over all spots",
      remedy: "Give them as the second argument, or choose another preprocess.",
    });
  }
  return Object.freeze({ kind: "pearson", scale: pearsonScale(geneMeans) });
}
