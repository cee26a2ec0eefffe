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
export { type AlikeTypes, alikeTypes, SIMILAR } from "./alike-types.js";
export { type Allocate, allocateHere } from "./allocate.js";
export { type BcdOptions, bcd, meanDiagonal } from "./bcd.js";
export { type DeterminedGram, determineGram } from "./determined-gram.js";
export { buildNnlsWorkspace, type NnlsWorkspace, solveDiagonalNnls, solveNnls } from "./exact-nnls.js";
export { type CoarseSize, coarseLevelBytes, coarseStartBytes } from "./levels.js";
export { type NnlsOptions, nnls } from "./nnls.js";
export { resolveBySchema, resolvePluginOptions } from "./resolve-by-schema.js";
export { roundingError } from "./section-progress.js";
export { looksAtNeighbors, type Solution, type SolveInput, type SolveProgress, solve } from "./solve.js";
export {
  assessPiece,
  inlineRunner,
  type PieceAssessment,
  type PieceRunner,
  type SolveLevel,
  type SweepJob,
  sweepPiece,
} from "./solve-level.js";
export { resolveSolveOptions, SOLVE_OPTIONS, type SolveOptions } from "./solve-options.js";
export type { SolveState, StateListener } from "./solve-state.js";
export {
  type Assessment,
  isStatisticsInput,
  type SmoothingControl,
  type Solver,
  type SolverContext,
  type SolverInput,
  type SolverReference,
  type SolverSession,
  type StatArray,
  type StatisticsInput,
  type SweepStats,
  type Tile,
} from "./solver.js";
export { leastWindowBytes, solveStrips } from "./strips/solve-strips.js";
export { arrangeStrips, type StripLayout } from "./strips/strip-layout.js";
export type { StripSolveInput } from "./strips/strip-solve-input.js";
export type { StripStore } from "./strips/strip-store.js";
export { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.js";
