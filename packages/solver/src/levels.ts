import type { Allocate } from "@flashdeconv/core/internal";
import { type Arrangement, arrangeLevel } from "./arrangement.js";
import { arrayLike } from "./array-like.js";
import { averageStatistics, type CoarseGraph, type LevelProblem, ROWS_PER_RUN } from "./coarse-level.js";
import type { SolveLevel } from "./solve-level.js";
import type { StatArray } from "./solver.js";
import type { UpdateOrder } from "./update-order.js";

/** A level with all that the driver needs to sweep it. */
export interface Level extends SolveLevel, UpdateOrder {
  readonly problem: LevelProblem;
  /** As `SolverSession.pull`: less on coarse levels, whose rows gather the counts of several spots. */
  readonly pull: number;
}

export interface CoarseLevel extends Level {
  readonly problem: CoarseGraph & LevelProblem;
}

export interface CoarseSize {
  readonly spotCount: number;
  readonly meanDegree: number;
  readonly statWidth: number;
  readonly typeCount: number;
  /** Bytes of a stored number: 4 or 8. */
  readonly bytesPerNumber: number;
}

/** Neighbours of a coarse row: on any layout about those of a square in a lattice, corners included. */
const COARSE_DEGREE = 8;
/** A sixteenth of the rows, a sixteenth of those, and so on. */
const ALL_LEVELS = ROWS_PER_RUN / (ROWS_PER_RUN - 1);

/** About what all coarse levels together take in memory, beside 4 bytes a spot where the section itself is there too. */
export function coarseLevelBytes({ spotCount, meanDegree, ...size }: CoarseSize): number {
  const edgeBytes = 4 + 8;
  const rowBytes =
    size.bytesPerNumber * (size.statWidth + size.typeCount) +
    edgeBytes * Math.max(COARSE_DEGREE, meanDegree) +
    // Offsets, order of updates, sizes, blocks while they are coloured.
    (4 + 4 + 8 + 8);
  return ALL_LEVELS * (spotCount / ROWS_PER_RUN) * rowBytes;
}

/** Whether neighbours pull so hard that coarse levels are worth it. */
export function needsCoarseLevels(pull: number, spotCount: number): boolean {
  return pull > WEAK_PULL && spotCount > 1;
}

/** Up to this pull the answers of the spots alone are as good a start as a coarse level, and cost less. */
const WEAK_PULL = 4;

export interface CoarseLevelSettings {
  readonly statWidth: number;
  readonly typeCount: number;
  /** Of the section itself, as `SolverSession.pull`. */
  readonly pull: number;
  /** An array of the kind that abundances are kept in. */
  readonly abundanceKind: StatArray;
  readonly allocate: Allocate;
  /** The first level of the section. */
  readonly coarse: () => CoarseGraph | Promise<CoarseGraph>;
  /** The statistics of the first coarse level, from those of the section. */
  firstStatistics(coarse: CoarseGraph): StatArray | Promise<StatArray>;
}

/** Coarser and coarser levels under the section, until neighbours pull weakly or one row is left: each a sixteenth of the last. */
export async function buildCoarseLevels(
  { spotCount, edgeCount }: { readonly spotCount: number; readonly edgeCount: number },
  { statWidth, typeCount, pull, abundanceKind, allocate, coarse, firstStatistics }: CoarseLevelSettings,
): Promise<CoarseLevel[]> {
  const levels: CoarseLevel[] = [];
  const pullPerWeight = pull / (edgeCount / spotCount);
  let next = needsCoarseLevels(pull, spotCount) ? await coarse() : undefined;
  while (next) {
    const rowCount = next.graph.spotCount;
    const last = levels.at(-1);
    const statistics = last
      ? coarseStatistics(last.problem, next, statWidth, allocate)
      : await firstStatistics(next);
    const levelPull = (pullPerWeight * next.weights.reduce((sum, weight) => sum + weight, 0)) / rowCount;
    const abundance = arrayLike(abundanceKind, rowCount * typeCount, allocate);
    const problem = { ...next, statistics };
    const arrangement = arrangeLevel(problem, needsCoarseLevels(levelPull, rowCount), allocate);
    levels.push({ ...buildLevel(problem, abundance, levelPull, arrangement), problem });
    next = arrangement.coarse;
  }
  return levels;
}

/** Mean statistics of all rows of the next coarser level. */
export function coarseStatistics(
  fine: LevelProblem,
  { graph: { spotCount }, sizes }: CoarseGraph,
  statWidth: number,
  allocate: Allocate,
): StatArray {
  const out = arrayLike(fine.statistics, spotCount * statWidth, allocate);
  const rows = { ...fine, start: 0, end: fine.graph.spotCount, firstRow: 0 };
  averageStatistics(rows, sizes, statWidth, out);
  return out;
}

export function buildLevel(
  problem: LevelProblem,
  abundance: SolveLevel["abundance"],
  pull: number,
  { order, colorStarts, blocks }: Arrangement,
): Level {
  const { graph, statistics, weights } = problem;
  const { indptr, indices } = graph;
  return { problem, pull, statistics, abundance, indptr, indices, weights, order, colorStarts, blocks };
}
