export interface TaskOptions {
  readonly transfer?: Transferable[];
  readonly signal?: AbortSignal;
}

/** The tasks an executor knows, by name. A closed table: functions never cross a thread, names and data do. */
export type TaskTable = Readonly<Record<string, (input: never, signal?: AbortSignal) => unknown>>;

/** Runs named tasks, at most `concurrency` at a time. */
export interface Executor<T extends TaskTable = TaskTable> {
  readonly concurrency: number;
  run<N extends keyof T & string>(
    task: N,
    input: Parameters<T[N]>[0],
    options?: TaskOptions,
  ): Promise<Awaited<ReturnType<T[N]>>>;
  close(): Promise<void>;
}

/** Runs every task on the calling thread, one after the other as they are asked for. */
export function inlineExecutor<T extends TaskTable>(tasks: T): Executor<T> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    concurrency: 1,
    run(task, input, options = {}) {
      const job = last.then(() => {
        options.signal?.throwIfAborted();
        return tasks[task](input as never, options.signal);
      });
      last = job.catch(() => undefined);
      return job as never;
    },
    async close() {
      await last;
    },
  };
}
