import { OptionError } from "@flashdeconv/core";
import type { LogBase } from "./log-cpm.js";

export type Preprocess = "log-cpm" | "pearson" | "raw";

export interface NormalizationOptions {
  /** What is done to the counts. `"log-cpm"` by default: it keeps a few abundant genes from ruling the fit. */
  readonly preprocess: Preprocess;
  /** For log-cpm. 1e4 by default: on sparse spots the article's 1e6 turns every single count into a large value. */
  readonly targetSum: number;
  /** For log-cpm. `"e"` by default, as the published package does; with 2 and 1e6 it is the article's scale. */
  readonly logBase: LogBase;
}

export const NORMALIZATION_DEFAULTS: NormalizationOptions = Object.freeze({
  preprocess: "log-cpm",
  targetSum: 1e4,
  logBase: "e",
});

const PREPROCESS_NAMES: readonly unknown[] = ["log-cpm", "pearson", "raw"] satisfies Preprocess[];

/**
 * The given options, checked, with the defaults for what is left out.
 *
 * @throws OptionError when a value is not one the option can take.
 */
export function resolveNormalizationOptions(
  options: Partial<NormalizationOptions> = {},
): NormalizationOptions {
  const {
    preprocess = NORMALIZATION_DEFAULTS.preprocess,
    targetSum = NORMALIZATION_DEFAULTS.targetSum,
    logBase = NORMALIZATION_DEFAULTS.logBase,
  } = options;
  if (!PREPROCESS_NAMES.includes(preprocess)) {
    throw new OptionError({
      option: "preprocess",
      value: preprocess,
      rule: 'one of "log-cpm", "pearson", "raw"',
    });
  }
  if (!(typeof targetSum === "number" && targetSum > 0 && targetSum < Infinity)) {
    throw new OptionError({ option: "targetSum", value: targetSum, rule: "a finite number above 0" });
  }
  if (logBase !== "e" && logBase !== 2) {
    throw new OptionError({ option: "logBase", value: logBase, rule: '"e" or 2' });
  }
  return { preprocess, targetSum, logBase };
}
