import type { Executor } from "@flashdeconv/core";
import { allocateShared } from "@flashdeconv/core/internal";
import type { PieceAssessment, PieceRunner, SolveLevel } from "@flashdeconv/solver/internal";
import type { PipelineTasks, SessionRequest } from "../contracts/tasks.js";

/** Fewer pieces than this are done before a message would have arrived. */
const PIECES_WORTH_THREADS = 2;

/**
 * Shares the pieces of a sweep among the executor's threads; a single one is left to `alone`, on the calling thread. Each thread is told of
 * all pieces and takes the next that is left, so that a slow one keeps no other waiting.
 */
export function threadRunner(
  executor: Executor<PipelineTasks>,
  session: SessionRequest,
  alone: PieceRunner,
  signal?: AbortSignal,
): PieceRunner {
  /** What the threads say that took part. */
  function onThreads<T>(pieceCount: number, start: (turns: Int32Array) => Promise<T>): Promise<T[]> {
    const turns = allocateShared(Int32Array, 1);
    const threads = Math.min(executor.concurrency, pieceCount);
    return Promise.all(Array.from({ length: threads }, () => start(turns)));
  }

  return {
    async sweep(jobs) {
      const pieceCount = jobs.reduce((count, { pieces }) => count + pieces.length, 0);
      if (pieceCount < PIECES_WORTH_THREADS) return alone.sweep(jobs);
      const plainJobs = jobs.map((job) => ({ ...job, level: plain(job.level) }));
      const stats = await onThreads(pieceCount, (turns) =>
        executor.run("sweep", { session, jobs: plainJobs, turns }, { signal }),
      );
      return jobs.map((_, i) => ({ largestChange: Math.max(...stats.map((own) => own[i].largestChange)) }));
    },
    async assess(level, pieces) {
      const found = await onThreads(pieces.length, (turns) =>
        executor.run("assess", { session, level: plain(level), pieces, turns }, { signal }),
      );
      const inOrder: PieceAssessment[] = [];
      for (const { piece, assessment } of found.flat()) inOrder[piece] = assessment;
      return inOrder;
    },
    async work(work, pieces) {
      if (pieces.length < PIECES_WORTH_THREADS) return alone.work(work, pieces);
      await onThreads(pieces.length, (turns) =>
        executor.run("workOnLevel", { work, pieces, turns }, { signal }),
      );
    },
    async tabulate(level, pieces, rows) {
      await onThreads(pieces.length, (turns) =>
        executor.run("tabulate", { session, level: plain(level), pieces, turns, rows }, { signal }),
      );
    },
  };
}

/** The arrays of a level and nothing else: a message is copied, but for shared memory. */
function plain({ statistics, abundance, indptr, indices, weights, order }: SolveLevel): SolveLevel {
  return { statistics, abundance, indptr, indices, weights, order };
}
