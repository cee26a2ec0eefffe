import type { Notice } from "@flashdeconv/core";
import type { Evaluation } from "@flashdeconv/simulate";
import { countOf, formatScore } from "./format.js";
import { table } from "./table.js";
import type { Outcome } from "./terminal.js";

/** The measures of an evaluation, over all and per type. In JSON what is not defined is null. */
export function describeEvaluation(
  typeNames: readonly string[],
  evaluation: Evaluation,
  rowsNormalized: { readonly result: number; readonly truth: number },
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
      cell_types: typeNames.map((name, k) => ({ name, pearson: pearsonPerType[k], aupr: auprPerType[k] })),
      notices,
    },
  };
}
