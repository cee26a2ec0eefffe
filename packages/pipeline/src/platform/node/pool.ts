/**
 * Threads for the passes of `deconvolve`, in Node.
 *
 * @example
 * import { threadPool } from "@flashdeconv/pipeline/pool";
 *
 * const executor = threadPool({ threadCount: 2 });
 * // await deconvolve({ ...section, location: { store: "section.zarr" } }, reference, {}, { executor });
 * await executor.close();
 */
import { type TransferListItem, Worker } from "node:worker_threads";
import { type Executor, OptionError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { PipelineTasks } from "../../contracts/tasks.js";
import { type WorkerPort, workerPool } from "../../runtime/worker-pool.js";

export { tidyHeap } from "./tidy-heap.js";

export interface ThreadPoolOptions {
  readonly threadCount: number;
  /** The module that threads run; the one beside this by default. */
  readonly workerUrl?: URL;
}

/** Two halves of 1 MiB, and as much for large objects: what lives long are arrays, which lie elsewhere. */
const YOUNG_MIB = 3;

/**
 * Starts threads as tasks come, one task at a time on each. When a thread dies its task, and every later one, is rejected with a
 * WorkerError.
 */
export function threadPool(options: ThreadPoolOptions): Executor<PipelineTasks> {
  const { threadCount, workerUrl = new URL("./pool-worker.js", import.meta.url) } = options;
  if (!Number.isInteger(threadCount) || threadCount < 1) {
    const rule = "a whole number of at least 1";
    throw new OptionError({ option: "threadCount", value: threadCount, rule, isRequired: true });
  }
  return workerPool({
    workerCount: threadCount,
    sharesMemory: true,
    start: () =>
      threadPort(new Worker(workerUrl, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } })),
    remedy: `It may have run out of memory: try fewer workers (${optionName("workers", 1)}). Nothing was written.`,
  });
}

function threadPort(worker: Worker): WorkerPort {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as unknown as TransferListItem[]),
    onMessage: (listen) => worker.on("message", listen),
    onDeath(listen) {
      worker.on("messageerror", (error) => listen("a message that could not be read", error));
      worker.on("error", (error: Error) => listen(`a worker that failed (${error.message})`, error));
      worker.on("exit", (code) => listen(`a worker that ended with exit code ${code}`));
    },
    terminate: () => worker.removeAllListeners("exit").terminate(),
  };
}
