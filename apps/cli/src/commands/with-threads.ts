import { availableParallelism } from "node:os";
import type { Executor } from "@flashdeconv/core";
import type { PipelineTasks } from "@flashdeconv/pipeline";
import { threadPool } from "@flashdeconv/pipeline/pool";

/** Below this a run is over before threads have started. */
const SPOTS_WORTH_THREADS = 20_000;

/**
 * Lends threads to `work` and ends them when it is done: as many as asked for, or, unasked, one per core for a section
 * that is worth it. None for a single one, which is the calling thread itself.
 */
export async function withThreads<T>(
  asked: number | undefined,
  spotCount: number,
  work: (executor: Executor<PipelineTasks> | undefined) => Promise<T>,
): Promise<T> {
  const threadCount = asked ?? (spotCount < SPOTS_WORTH_THREADS ? 1 : availableParallelism());
  if (threadCount === 1) return work(undefined);
  const executor = threadPool({ threadCount });
  try {
    return await work(executor);
  } finally {
    await executor.close();
  }
}
