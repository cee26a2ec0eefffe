import { ShapeError, type Values } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { Evaluation } from "./evaluation.js";
import { addEvaluation, buildEvaluation, finishEvaluation } from "./evaluation-fold.js";
import type { EvaluationOptions } from "./evaluation-options.js";

/**
 * Compares two tables in memory, row-major N x K, with rows that sum to 1. A row with a NaN on either side is left out
 * and counted.
 *
 * @throws ShapeError where the tables differ in size or are not whole rows of `typeCount`; OptionError.
 */
export function evaluateProportions(
  estimate: Values,
  truth: Values,
  typeCount: number,
  options?: Partial<EvaluationOptions>,
): Evaluation {
  const fold = buildEvaluation(typeCount, options);
  if (estimate.length !== truth.length || estimate.length % typeCount !== 0) {
    throw new ShapeError({
      subject: "evaluation",
      found: `an estimate of ${numbered(estimate.length, "number")} and a truth of ${truth.length}`,
      expected: `the same number in both, a multiple of ${numbered(typeCount, "type")}`,
      remedy: "Give one row per spot and one column per type in both tables.",
    });
  }
  const shape = {
    kind: "dense",
    spotStart: 0,
    spotCount: truth.length / typeCount,
    width: typeCount,
  } as const;
  addEvaluation(fold, { ...shape, values: estimate }, { ...shape, values: truth });
  return finishEvaluation(fold);
}
