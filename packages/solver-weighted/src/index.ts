/**
 * Count-weighted least squares with a relative neighbour prior, a solver plugin, and the model of counts it needs.
 *
 * @example
 * import { resolveSolveOptions, solve } from "@flashdeconv/solver";
 * import { buildCountModel, expressionProfiles, summarizeCounts, weighted } from "@flashdeconv/solver-weighted";
 *
 * // Two types, two genes: mean counts (9, 1) and (2, 8). One spot with counts (30, 70), of a section with as many.
 * const profiles = expressionProfiles(Float64Array.of(9, 1, 2, 8), 2);
 * const model = buildCountModel(profiles, Float64Array.of(30, 70), { meanDepth: 100, overdispersion: 0 });
 * const counts = {
 *   kind: "csr" as const, spotStart: 0, spotCount: 1, width: 2,
 *   indptr: Int32Array.of(0, 2), indices: Int32Array.of(0, 1), values: Float32Array.of(30, 70),
 * };
 * const statistics = new Float64Array(3);
 * summarizeCounts(counts, model.projection, 2, statistics);
 * const reference = { typeNames: ["A", "B"], width: 2, values: model.gram, gram: model.gram };
 * const session = weighted.start(reference, weighted.resolveOptions(), { spotCount: 1, meanDegree: 0 });
 * const graph = { spotCount: 1, indptr: Int32Array.of(0, 0), indices: new Int32Array(0) };
 * const { abundance } = await solve(weighted, session, { typeCount: 2, statistics, graph }, resolveSolveOptions());
 * console.log(abundance[0].toFixed(3), abundance[1].toFixed(3)); // 0.143 0.857
 */
export { buildCountModel, type CountModel } from "./count-model.js";
export { estimateOverdispersion, MOST_OVERDISPERSION } from "./overdispersion.js";
export {
  bestBulk,
  bulkMisfit,
  correctPlatform,
  expressionProfiles,
  platformFactors,
} from "./platform-correction.js";
export { type WeightedOptions, weighted, weighted as default } from "./weighted.js";
export { summarizeCounts } from "./weighted-counts.js";
