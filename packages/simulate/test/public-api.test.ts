import * as api from "@flashdeconv/simulate";
import { expect, it } from "vitest";

it("exports exactly what the barrel promises", () => {
  expect(Object.keys(api).sort()).toEqual([
    "EVALUATION_DEFAULTS",
    "SIMULATION_DEFAULTS",
    "addEvaluation",
    "alignProportions",
    "averagePrecision",
    "buildEvaluation",
    "evaluateProportions",
    "evaluateSources",
    "finishEvaluation",
    "jensenShannonDivergence",
    "keepAnswered",
    "normalizeRows",
    "resolveEvaluationOptions",
    "resolveSimulationOptions",
    "simulateTissue",
  ]);
});
