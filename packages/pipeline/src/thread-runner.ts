import type { Executor, SpotRange } from "@flashdeconv/core";
import type { PieceRunner, SolveLevel } from "@flashdeconv/solver";
import type { PipelineTasks, SessionRequest } from "./pipeline-tasks.js";

/** Fewer pieces than this are done before a message would have arrived. */
const PIECES_WORTH_THREADS = 2;

/** Shares the pieces of a sweep among the executor's threads; a single one is left to `alone`, on the calling thread. */
export function threadRunner(
  executor: Executor<PipelineTasks>,
  session: SessionRequest,
  alone: PieceRunner,
  signal?: AbortSignal,
): PieceRunner {
  return {
    async sweep(level, pieces, relaxation) {
      if (pieces.length < PIECES_WORTH_THREADS) return alone.sweep(level, pieces, relaxation);
      const shares = share(pieces, executor.concurrency);
      const stats = await Promise.all(
        shares.map((part) =>
          executor.run("sweep", { session, level: plain(level), pieces: part, relaxation }, { signal }),
        ),
      );
      return { largestChange: Math.max(...stats.map(({ largestChange }) => largestChange)) };
    },
    async assess(level, pieces) {
      const shares = share(pieces, executor.concurrency);
      const parts = await Promise.all(
        shares.map((part) =>
          executor.run("assess", { session, level: plain(level), pieces: part }, { signal }),
        ),
      );
      return parts.flat();
    },
  };
}

/** Cuts a list into as many runs as there are threads, as even as can be. */
function share(pieces: readonly SpotRange[], threadCount: number): (readonly SpotRange[])[] {
  const shares = Array.from({ length: threadCount }, (_, i) =>
    pieces.slice(
      Math.floor((i * pieces.length) / threadCount),
      Math.floor(((i + 1) * pieces.length) / threadCount),
    ),
  );
  return shares.filter((part) => part.length > 0);
}

/** The arrays of a level and nothing else: a message is copied, but for shared memory. */
function plain({ statistics, abundance, indptr, indices, weights, order }: SolveLevel): SolveLevel {
  return { statistics, abundance, indptr, indices, weights, order };
}
