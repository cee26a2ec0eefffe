/**
 * A solver plugin that reads counts: the most likely proportions of each spot, Poisson or overdispersed.
 *
 * @example
 * import { resolveSolveOptions, solve } from "@flashdeconv/solver";
 * import { poisson } from "@flashdeconv/solver-poisson";
 *
 * // Two types, two genes: mean counts (9, 1) and (2, 8). One spot with counts (30, 70).
 * const reference = {
 *   typeNames: ["A", "B"], width: 2, values: Float64Array.of(9, 1, 2, 8), gram: new Float64Array(4),
 * };
 * const session = poisson.start(reference, poisson.resolveOptions(), { spotCount: 1, meanDegree: 0 });
 * const statistics = new Float64Array(session.statWidth);
 * session.summarize({
 *   kind: "csr", spotStart: 0, spotCount: 1, width: 2,
 *   indptr: Int32Array.of(0, 2), indices: Int32Array.of(0, 1), values: Float32Array.of(30, 70),
 * }, statistics);
 * const graph = { spotCount: 1, indptr: Int32Array.of(0, 0), indices: new Int32Array(0) };
 * const { abundance } = await solve(poisson, session, { typeCount: 2, statistics, graph }, resolveSolveOptions());
 * console.log(abundance[0].toFixed(2), abundance[1].toFixed(2)); // 0.14 0.86
 */
export { type PoissonOptions, poisson, poisson as default, poissonWith } from "./poisson.js";
