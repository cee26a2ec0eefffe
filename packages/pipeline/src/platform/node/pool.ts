/**
 * Threads for the passes of `deconvolve`, in Node.
 *
 * @example
 * import { threadPool } from "@flashdeconv/pipeline/pool";
 *
 * const executor = threadPool({ threadCount: 2 });
 * // await deconvolve({ ...section, location: { path: "section.zarr" } }, reference, {}, { executor });
 * await executor.close();
 */
import { type TransferListItem, Worker } from "node:worker_threads";
import {
  type Executor,
  OptionError,
  type PackedError,
  type TaskOptions,
  unpackError,
  WorkerError,
} from "@flashdeconv/core";
import type { PipelineTasks } from "../../contracts/tasks.js";

export interface ThreadPoolOptions {
  readonly threadCount: number;
  /** The module that threads run; the one beside this by default. */
  readonly workerUrl?: URL;
}

/** What a thread is told. */
export type ToThread =
  | { readonly kind: "run"; readonly id: number; readonly task: string; readonly input: unknown }
  | { readonly kind: "abort"; readonly id: number };

/** What a thread tells. */
export type FromThread =
  | { readonly kind: "report"; readonly id: number; readonly data: unknown }
  | { readonly kind: "done"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: PackedError };

interface Job {
  readonly id: number;
  readonly task: string;
  readonly input: unknown;
  readonly options: TaskOptions;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  /** What it works on; it may be aborted already and only be on its way out. */
  job: Job | undefined;
  /** Stops listening to the signal of its job. */
  release: () => void;
}

/**
 * Starts threads as tasks come, one task at a time on each. Tasks wait in order. When a thread dies its task, and every later
 * one, is rejected with a WorkerError: what it wrote to shared memory cannot be trusted.
 */
export function threadPool(options: ThreadPoolOptions): Executor<PipelineTasks> {
  const { threadCount, workerUrl = new URL("./pool-worker.js", import.meta.url) } = options;
  if (!Number.isInteger(threadCount) || threadCount < 1) {
    throw new OptionError({
      option: "threadCount",
      value: threadCount,
      rule: "a whole number of at least 1",
    });
  }
  const threads: Thread[] = [];
  const waiting: Job[] = [];
  let nextId = 0;
  let failure: unknown;

  function dispatch(): void {
    while (waiting.length > 0) {
      const thread =
        threads.find(({ job }) => !job) ?? (threads.length < threadCount ? startThread() : undefined);
      if (!thread) return;
      const job = waiting.shift() as Job;
      if (job.options.signal?.aborted) {
        job.reject(job.options.signal.reason);
        continue;
      }
      thread.job = job;
      const message: ToThread = { kind: "run", id: job.id, task: job.task, input: job.input };
      thread.worker.postMessage(message, (job.options.transfer ?? []) as TransferListItem[]);
      const { signal } = job.options;
      const onAbort = () => thread.worker.postMessage({ kind: "abort", id: job.id } satisfies ToThread);
      signal?.addEventListener("abort", onAbort);
      // A signal outlives many jobs, and must not gather their listeners.
      thread.release = () => signal?.removeEventListener("abort", onAbort);
    }
  }

  function startThread(): Thread {
    const thread: Thread = { worker: new Worker(workerUrl), job: undefined, release: () => {} };
    const died = (found: string, cause?: unknown) => fail(workerDied(found, cause));
    thread.worker.on("message", (message: FromThread) => settle(thread, message));
    thread.worker.on("messageerror", (error) => died("a message that could not be read", error));
    thread.worker.on("error", (error) => died(`a worker that failed (${error.message})`, error));
    thread.worker.on("exit", (code) => died(`a worker that ended with exit code ${code}`));
    threads.push(thread);
    return thread;
  }

  function settle(thread: Thread, message: FromThread): void {
    const { job } = thread;
    if (!job || job.id !== message.id) return;
    if (message.kind === "report") {
      job.options.onReport?.(message.data);
      return;
    }
    thread.release();
    thread.job = undefined;
    const { signal } = job.options;
    if (message.kind === "done") job.resolve(message.result as never);
    else job.reject(signal?.aborted ? signal.reason : unpackError(message.error));
    dispatch();
  }

  function fail(error: unknown): void {
    failure ??= error;
    const jobs = [...threads.flatMap(({ job }) => job ?? []), ...waiting.splice(0)];
    for (const thread of threads) {
      thread.release();
      thread.job = undefined;
    }
    for (const job of jobs) job.reject(failure);
  }

  return {
    concurrency: threadCount,
    isThreaded: true,
    run(task, input, taskOptions = {}) {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.push({ id: nextId++, task, input, options: taskOptions, resolve, reject });
        dispatch();
      });
    },
    async close() {
      const closed = threads.map(({ worker }) => worker.removeAllListeners("exit").terminate());
      fail(workerDied("a pool that was closed"));
      await Promise.all(closed);
    },
  };
}

function workerDied(found: string, cause?: unknown): WorkerError {
  return new WorkerError({
    subject: "worker",
    found,
    expected: "a worker that finishes its task",
    remedy: "It may have run out of memory: try fewer workers (--workers 1). Nothing was written.",
    cause,
  });
}
