import type { Notice } from "@flashdeconv/core";
import { countOf, formatScore } from "@flashdeconv/results/internal";
import type { Evaluation, evaluateIntervals } from "@flashdeconv/simulate";
import { table } from "./table.js";
import type { Outcome } from "./terminal.js";

export type IntervalEvaluation = ReturnType<typeof evaluateIntervals>;

export interface EvaluationFacts {
  readonly rowsNormalized: { readonly result: number; readonly truth: number };
  /** Undefined where the result has none. */
  readonly intervals: IntervalEvaluation | undefined;
}

/** The measures of an evaluation, over all and per type. In JSON what is not defined is null. */
export function describeEvaluation(
  typeNames: readonly string[],
  evaluation: Evaluation,
  { rowsNormalized, intervals }: EvaluationFacts,
  notices: readonly Notice[],
): Outcome {
  const { spotCount, excludedSpotCount, pearsonPerType, auprPerType } = evaluation;
  const measures: readonly (readonly [label: string, name: string, score: number])[] = [
    ["Pearson, all values", "pearson", evaluation.pearson],
    ["Pearson, mean of types", "mean_pearson_per_type", evaluation.meanPearsonPerType],
    ["RMSE", "rmse", evaluation.rmse],
    ["JSD, nats", "jensen_shannon_divergence", evaluation.jensenShannonDivergence],
    ["AUPR, mean of types", "mean_aupr", evaluation.meanAupr],
    ["same dominant type", "dominant_type_agreement", evaluation.dominantTypeAgreement],
  ];
  const excluded =
    excludedSpotCount > 0 ? `; ${countOf(excludedSpotCount, "spot")} without an answer left out` : "";
  const lines = [
    `${countOf(spotCount, "spot")}, ${countOf(typeNames.length, "cell type")}${excluded}`,
    "",
    ...table(
      ["measure", "value"],
      measures.map(([label, , score]) => [label, formatScore(score)]),
    ),
    "",
    ...intervalTable(intervals),
    ...table(
      ["cell type", "Pearson", "AUPR"],
      typeNames.map((name, k) => [name, formatScore(pearsonPerType[k]), formatScore(auprPerType[k])]),
    ),
  ];
  return {
    lines,
    json: {
      spot_count: spotCount,
      excluded_spot_count: excludedSpotCount,
      rows_normalized: rowsNormalized,
      ...Object.fromEntries(measures.map(([, name, score]) => [name, score])),
      intervals: intervals ? intervalJson(intervals) : null,
      cell_types: typeNames.map((name, k) => ({ name, pearson: pearsonPerType[k], aupr: auprPerType[k] })),
      notices,
    },
  };
}

function intervalTable(intervals: IntervalEvaluation | undefined): string[] {
  if (intervals === undefined) return [];
  const { coverage, coverageAbove, falsePresence, presenceRecall, meanWidth } = intervals;
  const measures: readonly (readonly [string, number])[] = [
    ["intervals that hold the truth", coverage],
    ["of estimates above .02", coverageAbove],
    ["present (lower bound above .02), false", falsePresence],
    ["truth above .02, called present", presenceRecall],
    ["mean width", meanWidth],
  ];
  return [
    ...table(
      ["intervals", "value"],
      measures.map(([label, value]) => [label, formatScore(value)]),
    ),
    "",
  ];
}

/** Shares that are not defined are null in JSON. */
function intervalJson(intervals: IntervalEvaluation): Record<string, number> {
  return {
    entry_count: intervals.entryCount,
    coverage: intervals.coverage,
    coverage_above: intervals.coverageAbove,
    above_count: intervals.aboveCount,
    present_count: intervals.presentCount,
    false_presence: intervals.falsePresence,
    presence_recall: intervals.presenceRecall,
    mean_width: intervals.meanWidth,
  };
}
