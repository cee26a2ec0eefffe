import { type Executor, type TaskOptions, type TaskTable, WorkerError } from "@flashdeconv/core";
import { onAbort, type PackedError, unpackError } from "@flashdeconv/core/internal";
import type { Gate } from "../contracts/gate.js";
import { passGate } from "./run-gate.js";

/** What a worker is told. */
export type ToWorker =
  | { readonly kind: "run"; readonly id: number; readonly task: string; readonly input: unknown }
  | { readonly kind: "abort"; readonly id: number }
  /** Tasks hand out no more of what they read, until they are to go on. */
  | { readonly kind: "gate"; readonly isShut: boolean };

/** What a worker tells. */
export type FromWorker =
  | { readonly kind: "report"; readonly id: number; readonly data: unknown }
  | { readonly kind: "done"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: PackedError };

/** One worker, whatever runs it: a thread of Node, or a worker of a page. */
export interface WorkerPort {
  post(message: ToWorker, transfer: Transferable[]): void;
  onMessage(listen: (message: FromWorker) => void): void;
  /** `found` says what became of the worker, for a message. */
  onDeath(listen: (found: string, cause?: unknown) => void): void;
  /** Ends the worker; that is not a death. */
  terminate(): Promise<unknown>;
}

export interface WorkerPoolOptions {
  readonly workerCount: number;
  /** Whether arrays can lie in memory that all workers and the caller see. */
  readonly sharesMemory: boolean;
  start(): WorkerPort;
  /** What to try where a worker has died. */
  readonly remedy: string;
  /** While it is shut no task is given out, and those that have begun wait with their next chunk. */
  readonly gate?: Gate;
}

interface Job {
  readonly id: number;
  readonly task: string;
  readonly input: unknown;
  readonly options: TaskOptions;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Member {
  readonly port: WorkerPort;
  /** What it works on; it may be aborted already and only be on its way out. */
  job: Job | undefined;
  /** Stops listening to the signal of its job. */
  release: () => void;
}

/**
 * Starts workers as tasks come, one task at a time on each. Tasks wait in order. When a worker dies its task, and every later
 * one, is rejected with a WorkerError: what it wrote to shared memory cannot be trusted.
 */
export function workerPool<T extends TaskTable>(options: WorkerPoolOptions): Executor<T> {
  const { workerCount, sharesMemory, start, remedy, gate } = options;
  const members: Member[] = [];
  const waiting: Job[] = [];
  let nextId = 0;
  let failure: unknown;

  function dispatch(): void {
    while (waiting.length > 0) {
      const member =
        members.find(({ job }) => !job) ?? (members.length < workerCount ? startMember() : undefined);
      if (!member) return;
      const job = waiting.shift() as Job;
      if (job.options.signal?.aborted) {
        job.reject(job.options.signal.reason);
        continue;
      }
      member.job = job;
      const { id, task, input } = job;
      member.port.post({ kind: "run", id, task, input }, job.options.transfer ?? []);
      // A signal outlives many jobs, and must not gather their listeners.
      member.release = onAbort(job.options.signal, () => member.port.post({ kind: "abort", id }, []));
    }
  }

  const stopListening = gate?.onChange((isShut) => {
    for (const { port } of members) port.post({ kind: "gate", isShut }, []);
  });

  function startMember(): Member {
    const member: Member = { port: start(), job: undefined, release: () => {} };
    member.port.onMessage((message) => settle(member, message));
    member.port.onDeath((found, cause) => fail(workerDied(found, cause)));
    members.push(member);
    if (gate?.isShut) member.port.post({ kind: "gate", isShut: true }, []);
    return member;
  }

  function settle(member: Member, message: FromWorker): void {
    const { job } = member;
    if (!job || job.id !== message.id) return;
    if (message.kind === "report") {
      job.options.onReport?.(message.data);
      return;
    }
    member.release();
    member.job = undefined;
    const { signal } = job.options;
    if (message.kind === "done") job.resolve(message.result as never);
    else job.reject(signal?.aborted ? signal.reason : unpackError(message.error));
    dispatch();
  }

  function fail(error: unknown): void {
    failure ??= error;
    const jobs = [...members.flatMap(({ job }) => job ?? []), ...waiting.splice(0)];
    for (const member of members) {
      member.release();
      member.job = undefined;
    }
    for (const job of jobs) job.reject(failure);
  }

  function workerDied(found: string, cause?: unknown): WorkerError {
    const expected = "a worker that finishes its task";
    return new WorkerError({ subject: "worker", found, expected, remedy, cause });
  }

  return {
    concurrency: workerCount,
    isThreaded: true,
    sharesMemory,
    run(task, input, taskOptions = {}) {
      const begin = () =>
        new Promise<never>((resolve, reject) => {
          if (failure) return reject(failure);
          waiting.push({ id: nextId++, task, input, options: taskOptions, resolve, reject });
          dispatch();
        });
      return gate?.isShut ? passGate(gate, taskOptions.signal).then(begin) : begin();
    },
    async close() {
      stopListening?.();
      const closed = members.map(({ port }) => port.terminate());
      fail(workerDied("a pool that was closed"));
      await Promise.all(closed);
    },
  };
}
