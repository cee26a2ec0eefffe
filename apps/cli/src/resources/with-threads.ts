import { availableParallelism } from "node:os";
import type { Executor } from "@flashdeconv/core";
import type { PipelineTasks } from "@flashdeconv/pipeline";
import { SPOTS_WORTH_THREADS } from "@flashdeconv/pipeline/internal";
import { threadPool } from "@flashdeconv/pipeline/pool";

/** Threads for a section where none are asked for: one per core if it is worth it. */
export function usualWorkers(spotCount: number): number {
  return spotCount < SPOTS_WORTH_THREADS ? 1 : availableParallelism();
}

/** Lends threads to `work` and ends them when it is done; none for 0: the work is then the calling thread's. */
export async function withThreads<T>(
  threadCount: number,
  work: (executor: Executor<PipelineTasks> | undefined) => Promise<T>,
): Promise<T> {
  if (threadCount === 0) return work(undefined);
  const executor = threadPool({ threadCount });
  try {
    return await work(executor);
  } finally {
    await executor.close();
  }
}
