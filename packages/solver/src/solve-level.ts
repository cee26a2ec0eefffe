import type { SpotRange } from "@flashdeconv/core";
import type { Assessment, SolverSession, StatArray, SweepStats, Tile } from "./solver.js";

/**
 * What is swept: the section itself, or a coarser picture of it in which a row stands for several spots. Its arrays never
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
  /** Every row once, in the order of updates: colour by colour, cell by cell. Pieces are ranges of it. */
  readonly order: Int32Array;
}

/**
 * Runs pieces of a level, one after the other or side by side. Pieces that are given together touch no row that another
 * one writes, so neither the order nor the thread changes a bit.
 */
export interface PieceRunner {
  /** Sweeps ranges of `level.order`; all are done when it resolves, to the largest change of all. */
  sweep(level: SolveLevel, pieces: readonly SpotRange[], relaxation: number): Promise<SweepStats>;
  /** Judges ranges of rows; resolves to one assessment per range, in their order. */
  assess(level: SolveLevel, pieces: readonly SpotRange[]): Promise<readonly Assessment[]>;
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

/** Judges one range of rows, in storage order. The session must be able to. */
export function assessPiece(
  session: SolverSession,
  level: SolveLevel,
  { start, end }: SpotRange,
): Assessment {
  if (!session.assess) throw new TypeError("this solver's sessions have no assess");
  const rows = Int32Array.from({ length: end - start }, (_, i) => start + i);
  return session.assess(tileOf(level, rows, 1), level.abundance);
}

function tileOf(level: SolveLevel, spots: Int32Array, relaxation: number): Tile {
  const { statistics, indptr, indices, weights } = level;
  return { spots, statistics, indptr, indices, weights, relaxation };
}

/** Runs pieces one after the other in this thread, and lets timers and signals be heard between them. */
export function inlineRunner(session: SolverSession, signal?: AbortSignal): PieceRunner {
  const turns = breather(signal);
  return {
    async sweep(level, pieces, relaxation) {
      let largestChange = 0;
      for (const piece of pieces) {
        await turns();
        largestChange = Math.max(largestChange, sweepPiece(session, level, piece, relaxation).largestChange);
      }
      return { largestChange };
    },
    async assess(level, pieces) {
      const assessments: Assessment[] = [];
      for (const piece of pieces) {
        await turns();
        assessments.push(assessPiece(session, level, piece));
      }
      return assessments;
    },
  };
}

/** Returns at once most of the time; every 100 ms it lets other work run. Throws the signal's reason once it is aborted. */
function breather(signal?: AbortSignal): () => Promise<void> | undefined {
  let last = performance.now();
  const breathe = async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
    signal?.throwIfAborted();
  };
  return () => {
    signal?.throwIfAborted();
    return performance.now() - last < 100 ? undefined : breathe();
  };
}
