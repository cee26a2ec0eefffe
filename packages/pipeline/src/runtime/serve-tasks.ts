import type { TaskContext, TaskTable } from "@flashdeconv/core";
import { packError } from "@flashdeconv/core/internal";
import type { RunGate } from "./run-gate.js";
import type { FromWorker, ToWorker } from "./worker-pool.js";

/** The other end of a WorkerPort, within the worker. */
export interface CallerPort {
  post(message: FromWorker): void;
  onMessage(listen: (message: ToWorker) => void): void;
}

/**
 * Does what a pool asks of this worker, until the worker is ended.
 *
 * @param options tidy: called between tasks of different kinds: what the last kind left is of no use to the next;
 * gate: shut while the caller wants to pause
 */
export function serveTasks(
  tasks: TaskTable,
  port: CallerPort,
  { tidy, gate }: { readonly tidy?: () => void; readonly gate?: RunGate } = {},
): void {
  const running = new Map<number, AbortController>();
  let last: string | undefined;
  port.onMessage(async (message) => {
    if (message.kind === "abort") return running.get(message.id)?.abort();
    if (message.kind === "gate") return message.isShut ? gate?.shut() : gate?.open();
    // Whoever runs the worker may tell it more than tasks.
    if (message.kind !== "run") return;
    const { id, task, input } = message;
    const controller = new AbortController();
    if (last !== task && last !== undefined && running.size === 0) tidy?.();
    last = task;
    running.set(id, controller);
    const context: TaskContext = {
      signal: controller.signal,
      report: (data) => port.post({ kind: "report", id, data }),
    };
    try {
      port.post({ kind: "done", id, result: await tasks[task](input as never, context) });
    } catch (error) {
      port.post({ kind: "failed", id, error: packError(error) });
    } finally {
      running.delete(id);
    }
  });
}
