/**
 * Synthetic tissue with known composition, of any size, and how close an estimate comes to the truth.
 *
 * @example
 * import { collect } from "@flashdeconv/core";
 * import { evaluateProportions, simulateTissue } from "@flashdeconv/simulate";
 *
 * const tissue = simulateTissue({ spotCount: 500, typeCount: 4, seed: 7 });
 * for await (const chunk of tissue.counts.chunks()) console.log(chunk.spotStart, chunk.spotCount); // 0 500
 *
 * const truth = (await collect(tissue.truth)).values;
 * const uniform = truth.map(() => 1 / 4);
 * console.log(evaluateProportions(uniform, truth, 4).rmse); // 0.258...: how bad the worst guess is
 */

export { alignProportions } from "./align-proportions.js";
export type { ComparedSide } from "./distinct-names.js";
export { evaluateIntervals } from "./evaluate-intervals.js";
export { evaluateProportions } from "./evaluate-proportions.js";
export type { Evaluation } from "./evaluation.js";
export type { EvaluationOptions } from "./evaluation-options.js";
export { keepAnswered } from "./keep-answered.js";
export type { NamedProportions } from "./named-proportions.js";
export { normalizeRows } from "./normalize-rows.js";
export { type SimulatedTissue, simulateTissue } from "./simulate-tissue.js";
export {
  resolveSimulationOptions,
  SIMULATION_DEFAULTS,
  type SimulationOptions,
} from "./simulation-options.js";
