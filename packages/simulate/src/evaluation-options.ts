import { OptionError } from "@flashdeconv/core";

export interface EvaluationOptions {
  /** A type is present in a spot where its true share is above this. 0: any share counts. */
  readonly presenceThreshold: number;
  /** Whether to compute AUPR, which must keep all proportions (9 bytes per spot and type) to rank them. true. */
  readonly precisionRecall: boolean;
}

export const EVALUATION_DEFAULTS: EvaluationOptions = Object.freeze({
  presenceThreshold: 0,
  precisionRecall: true,
});

/** @throws OptionError where an option breaks its rule. */
export function resolveEvaluationOptions(input: Partial<EvaluationOptions> = {}): EvaluationOptions {
  const presenceThreshold = input.presenceThreshold ?? EVALUATION_DEFAULTS.presenceThreshold;
  const precisionRecall = input.precisionRecall ?? EVALUATION_DEFAULTS.precisionRecall;
  if (!(presenceThreshold >= 0 && presenceThreshold < 1)) {
    throw new OptionError({
      option: "presenceThreshold",
      value: presenceThreshold,
      rule: "a number of at least 0 and below 1",
    });
  }
  if (typeof precisionRecall !== "boolean") {
    throw new OptionError({ option: "precisionRecall", value: precisionRecall, rule: "true or false" });
  }
  return Object.freeze({ presenceThreshold, precisionRecall });
}
