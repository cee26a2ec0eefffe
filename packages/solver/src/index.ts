/**
 * The solver interface, the driver that sweeps it to convergence, and two built-in solvers.
 *
 * @example
 * import { nnls, resolveSolveOptions, solve } from "@flashdeconv/solver";
 *
 * // Two types with signatures (1, 0) and (0, 1); one spot that expresses (3, 1).
 * const reference = { typeNames: ["A", "B"], width: 2, values: Float64Array.of(1, 0, 0, 1), gram: Float64Array.of(1, 0, 0, 1) };
 * const session = nnls.start(reference, nnls.resolveOptions({ rho: 0 }), { spotCount: 1, meanDegree: 0 });
 * const statistics = Float64Array.of(3, 1, 10); // h = y X', and |y|^2
 * const graph = { spotCount: 1, indptr: Int32Array.of(0, 0), indices: new Int32Array(0) };
 * const { abundance } = await solve(nnls, session, { typeCount: 2, statistics, graph }, resolveSolveOptions());
 * console.log(abundance); // 3, 1
 */
export { bcd } from "./bcd.js";
export { type DeterminedGram, determineGram } from "./determined-gram.js";
export { buildNnlsWorkspace, type NnlsProblem, type NnlsWorkspace, solveNnls } from "./exact-nnls.js";
export { nnls } from "./nnls.js";
export { type Solution, type SolveInput, solve } from "./solve.js";
export { resolveSolveOptions, type SolveOptions } from "./solve-options.js";
export type {
  Assessment,
  Solver,
  SolverContext,
  SolverInput,
  SolverReference,
  SolverSession,
  SolverTable,
  StatArray,
  StatisticsInput,
  SweepStats,
  Tile,
} from "./solver.js";
