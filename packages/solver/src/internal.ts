/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { type Arrangement, arrangeLevel } from "./arrangement.js";
export { meanDiagonal } from "./bcd.js";
export { type CoarseGraph, ROWS_PER_RUN } from "./coarse-level.js";
export { boundGram, type DeflatedBound, type DeflatedStep, dotByTwos, findTau } from "./deflated-bound.js";
export { solveDiagonalNnls } from "./exact-nnls.js";
export { type LevelWork, workOnLevel } from "./level-work.js";
export { coarseLevelBytes, needsCoarseLevels } from "./levels.js";
export { resolveBySchema, resolvePluginOptions } from "./resolve-by-schema.js";
export { roundingError } from "./section-progress.js";
export { looksAtNeighbors } from "./solve.js";
export {
  assessPiece,
  inlineRunner,
  type PieceAssessment,
  type PieceRunner,
  type SolveLevel,
  type SweepJob,
  sweepPiece,
  type TableRows,
  tabulatePiece,
} from "./solve-level.js";
export { SOLVE_OPTIONS } from "./solve-options.js";
export type { SolveState } from "./solve-state.js";
export { isStatisticsInput } from "./solver.js";
export { solveStrips } from "./strips/solve-strips.js";
export {
  arrangeStrips,
  type StripKeeper,
  type StripLayout,
  type StripNeighbors,
} from "./strips/strip-layout.js";
export { spotsOfStrip } from "./strips/strip-places.js";
export type { StripStore } from "./strips/strip-store.js";
export { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.js";
