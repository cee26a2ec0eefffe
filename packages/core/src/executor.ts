export interface TaskOptions {
  readonly transfer?: Transferable[];
  /** Stops the task; its reason is what `run` rejects with, as it is. */
  readonly signal?: AbortSignal;
  /** Receives what the task reports on its way, such as progress. */
  readonly onReport?: (report: unknown) => void;
}

/** What a task is given beside its input. */
export interface TaskContext {
  readonly signal?: AbortSignal;
  /** Sends plain data to whoever asked for the task. */
  report(data: unknown): void;
}

/** The tasks an executor knows, by name. A closed table: functions never cross a thread, names and data do. */
export type TaskTable = Readonly<Record<string, (input: never, context: TaskContext) => unknown>>;

/** Runs named tasks, at most `concurrency` at a time. */
export interface Executor<T extends TaskTable = TaskTable> {
  readonly concurrency: number;
  /** Whether tasks run in other threads than the caller's. */
  readonly isThreaded: boolean;
  /** Whether tasks can see arrays of the caller's, in shared memory where they run in other threads; else all is copied. */
  readonly sharesMemory: boolean;
  /** Rejects with what the task threw, the signal's reason, or WorkerError when the thread died. */
  run<N extends keyof T & string>(
    task: N,
    input: Parameters<T[N]>[0],
    options?: TaskOptions,
  ): Promise<Awaited<ReturnType<T[N]>>>;
  /** Ends all threads; tasks under way are rejected. */
  close(): Promise<void>;
}

/** Runs every task on the calling thread, one after the other as they are asked for. */
export function inlineExecutor<T extends TaskTable>(tasks: T): Executor<T> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    concurrency: 1,
    isThreaded: false,
    sharesMemory: true,
    run(task, input, options = {}) {
      const { signal, onReport } = options;
      const job = last.then(() => {
        signal?.throwIfAborted();
        return tasks[task](input as never, { signal, report: (data) => onReport?.(data) });
      });
      last = job.catch(() => undefined);
      return job as never;
    },
    async close() {
      await last;
    },
  };
}
