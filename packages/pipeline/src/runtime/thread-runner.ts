import type { Executor, SpotRange } from "@flashdeconv/core";
import type { PieceRunner, SolveLevel, SweepJob } from "@flashdeconv/solver/internal";
import type { PipelineTasks, SessionRequest } from "../contracts/tasks.js";

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
    async sweep(jobs) {
      const shares = shareJobs(jobs, executor.concurrency);
      if (shares.length < PIECES_WORTH_THREADS) return alone.sweep(jobs);
      const largest = new Float64Array(jobs.length);
      const done = shares.map(async (share) => {
        const stats = await executor.run("sweep", { session, jobs: share.map(({ job }) => job) }, { signal });
        for (const [i, { index }] of share.entries()) {
          largest[index] = Math.max(largest[index], stats[i].largestChange);
        }
      });
      await Promise.all(done);
      return Array.from(largest, (largestChange) => ({ largestChange }));
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
    async work(work, pieces) {
      const shares = share(pieces, executor.concurrency);
      if (shares.length < PIECES_WORTH_THREADS) return alone.work(work, pieces);
      await Promise.all(
        shares.map((part) => executor.run("workOnLevel", { work, pieces: part }, { signal })),
      );
    },
    async tabulate(level, pieces, rows) {
      const shares = share(pieces, executor.concurrency);
      const run = (part: readonly SpotRange[]) =>
        executor.run("tabulate", { session, level: plain(level), pieces: part, rows }, { signal });
      await Promise.all(shares.map(run));
    },
  };
}

/** Shares the pieces of all jobs among as many threads, as even as can be; `index` is the job that pieces come from. */
function shareJobs(jobs: readonly SweepJob[], threadCount: number) {
  const pieces = jobs.flatMap((job, index) => job.pieces.map((piece) => ({ index, piece })));
  return share(pieces, threadCount).map((part) => {
    const own: { index: number; job: SweepJob & { pieces: SpotRange[] } }[] = [];
    for (const { index, piece } of part) {
      const { level, relaxation } = jobs[index];
      if (own.at(-1)?.index !== index) {
        own.push({ index, job: { level: plain(level), pieces: [], relaxation } });
      }
      own[own.length - 1].job.pieces.push(piece);
    }
    return own;
  });
}

/** Cuts a list into as many runs as there are threads, as even as can be. */
function share<T>(pieces: readonly T[], threadCount: number): (readonly T[])[] {
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
