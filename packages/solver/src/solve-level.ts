import type { SpotRange } from "@flashdeconv/core";
import { allocateHere, breather } from "@flashdeconv/core/internal";
import { arrayLike } from "./array-like.js";
import { type LevelWork, workOnLevel } from "./level-work.js";
import type { Assessment, SolverSession, StatArray, SweepStats, Tile } from "./solver.js";
import { SPOTS_PER_BLOCK } from "./update-order.js";

/**
 * What is swept: the section itself, or a coarser level, in which a row stands for several spots. Its arrays never
 * move while it is swept, so that whoever runs pieces of it in other threads may hand them over once.
 */
export interface SolveLevel {
  /** rows x statWidth; of a coarse row the mean over its spots. */
  readonly statistics: StatArray;
  /** rows x K, updated in place. */
  readonly abundance: StatArray;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  /** As in `Tile`. */
  readonly weights?: Float64Array;
  /** Every row once, in the order of updates: colour by colour, block by block. Pieces are ranges of it. */
  readonly order: Int32Array;
}

/** Pieces to be swept alike. */
export interface SweepJob {
  readonly level: SolveLevel;
  /** Ranges of `level.order`. */
  readonly pieces: readonly SpotRange[];
  readonly relaxation: number;
}

/**
 * Runs pieces of a level, one after the other or side by side. Pieces that are given together touch no row that another
 * one writes, so neither the order nor the thread changes a bit.
 */
export interface PieceRunner {
  /** Sweeps all pieces of all jobs; they are done when it resolves, to the largest change of each job. */
  sweep(jobs: readonly SweepJob[]): Promise<readonly SweepStats[]>;
  /** Judges ranges of `level.order`; resolves to one judgement per range, in their order. */
  assess(level: SolveLevel, pieces: readonly SpotRange[]): Promise<readonly PieceAssessment[]>;
  /** Does ranges of rows of some work. */
  work(work: LevelWork, pieces: readonly SpotRange[]): Promise<void>;
  /** Writes what the solver's tables say of the rows of some ranges of `level.order`. */
  tabulate(level: SolveLevel, pieces: readonly SpotRange[], rows: TableRows): Promise<void>;
}

/** Rows of all tables of a solver, side by side. */
export interface TableRows {
  readonly values: StatArray;
  /** Numbers in a row. */
  readonly width: number;
  /** The row of the level that `values` begins with. */
  readonly firstRow: number;
}

/** How good an answer is, over the blocks of a piece. */
export interface PieceAssessment extends Omit<Assessment, "objective"> {
  /** Per block of 64 rows, its spots' share of the objective. */
  readonly objectives: Float64Array;
}

/** Sweeps one range of `level.order`: what a PieceRunner calls, with a session of its thread. */
export function sweepPiece(
  session: SolverSession,
  level: SolveLevel,
  { start, end }: SpotRange,
  relaxation: number,
): SweepStats {
  return session.sweep(tileOf(level, level.order.subarray(start, end), relaxation), level.abundance);
}

/** Judges one range of `level.order`, block by block. The session must be able to. */
export function assessPiece(
  session: SolverSession,
  level: SolveLevel,
  { start, end }: SpotRange,
): PieceAssessment {
  if (!session.assess) throw new TypeError("this solver's sessions have no assess");
  const objectives = new Float64Array(Math.ceil((end - start) / SPOTS_PER_BLOCK));
  let kktResidual = 0;
  let proportionErrorBound = 0;
  for (let block = 0; block < objectives.length; block++) {
    const from = start + block * SPOTS_PER_BLOCK;
    const rows = level.order.subarray(from, Math.min(from + SPOTS_PER_BLOCK, end));
    const found = session.assess(tileOf(level, rows, 1), level.abundance);
    objectives[block] = found.objective;
    kktResidual = Math.max(kktResidual, found.kktResidual);
    proportionErrorBound = Math.max(proportionErrorBound, found.proportionErrorBound);
  }
  return { objectives, kktResidual, proportionErrorBound };
}

/** Writes the tables' rows of one range of `level.order`, block by block. The session must be able to. */
export function tabulatePiece(
  session: SolverSession,
  level: SolveLevel,
  { start, end }: SpotRange,
  { values, width, firstRow }: TableRows,
): void {
  if (!session.tabulate) throw new TypeError("this solver's sessions have no tabulate");
  const found = arrayLike(values, SPOTS_PER_BLOCK * width, allocateHere);
  for (let from = start; from < end; from += SPOTS_PER_BLOCK) {
    const spots = level.order.subarray(from, Math.min(from + SPOTS_PER_BLOCK, end));
    found.fill(0);
    session.tabulate(tileOf(level, spots, 1), level.abundance, found.subarray(0, spots.length * width));
    for (const [i, row] of spots.entries()) {
      values.set(found.subarray(i * width, (i + 1) * width), (row - firstRow) * width);
    }
  }
}

function tileOf(level: SolveLevel, spots: Int32Array, relaxation: number): Tile {
  const { statistics, indptr, indices, weights } = level;
  return { spots, statistics, indptr, indices, weights, relaxation };
}

/** Runs pieces one after the other in this thread, and lets timers and signals be heard between them. */
export function inlineRunner(session: SolverSession, signal?: AbortSignal): PieceRunner {
  const turns = breather(signal);
  return {
    async sweep(jobs) {
      const stats: SweepStats[] = [];
      for (const { level, pieces, relaxation } of jobs) {
        let largestChange = 0;
        for (const piece of pieces) {
          await turns();
          largestChange = Math.max(
            largestChange,
            sweepPiece(session, level, piece, relaxation).largestChange,
          );
        }
        stats.push({ largestChange });
      }
      return stats;
    },
    async assess(level, pieces) {
      const assessments: PieceAssessment[] = [];
      for (const piece of pieces) {
        await turns();
        assessments.push(assessPiece(session, level, piece));
      }
      return assessments;
    },
    async work(work, pieces) {
      for (const piece of pieces) {
        await turns();
        workOnLevel(work, piece);
      }
    },
    async tabulate(level, pieces, rows) {
      for (const piece of pieces) {
        await turns();
        tabulatePiece(session, level, piece, rows);
      }
    },
  };
}
