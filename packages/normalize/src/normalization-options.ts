import { checkedOptions, number, type OptionTable, oneOf } from "@flashdeconv/core/internal";
import type { LogBase } from "./log-cpm.js";

export type Preprocess = "log-cpm" | "pearson" | "raw";

export interface NormalizationOptions {
  /** What is done to the counts. */
  readonly preprocess: Preprocess;
  /** Counts of a spot before the logarithm, for log-cpm. */
  readonly targetSum: number;
  /** Base of the logarithm, for log-cpm. */
  readonly logBase: LogBase;
}

export const NORMALIZATION_OPTIONS: OptionTable<NormalizationOptions> = Object.freeze({
  preprocess: {
    kind: oneOf("log-cpm", "pearson", "raw"),
    default: "log-cpm",
    because: "it keeps a few abundant genes from ruling the fit",
    meaning: "what is done to the counts before they are fitted",
  },
  targetSum: {
    kind: number({ above: 0 }),
    default: 1e4,
    because: "on sparse spots the article's 1e6 turns every single count into a large value",
    meaning: 'counts per spot before the logarithm, with { preprocess: "log-cpm" }',
  },
  logBase: {
    kind: oneOf("e", 2),
    default: "e",
    because: "as in the published package; 2, with a target sum of 1e6, is the article's scale",
    meaning: 'base of the logarithm, with { preprocess: "log-cpm" }',
  },
});

/** The given options, checked, with the defaults for what is left out. @throws OptionError for a value that an option cannot take. */
export function resolveNormalizationOptions(
  options: Partial<NormalizationOptions> = {},
): NormalizationOptions {
  return checkedOptions(NORMALIZATION_OPTIONS, options);
}
