/**
 * Workers for the passes of `deconvolve`, in a page. The package's README has a whole example, "In a page".
 *
 * @example
 * import { pagePool } from "@flashdeconv/pipeline/page-pool";
 *
 * // const worker = () => new Worker(new URL("@flashdeconv/pipeline/page-worker", import.meta.url), { type: "module" });
 * // const executor = pagePool({ workerCount: 2, startWorker: worker });
 * // await deconvolve({ ...section, location: { store: "https://..." } }, reference, {}, { executor });
 * console.log(typeof pagePool); // function
 */
import { type Executor, OptionError } from "@flashdeconv/core";
import type { Gate } from "../../contracts/gate.js";
import type { PipelineTasks } from "../../contracts/tasks.js";
import { type FromWorker, type ToWorker, type WorkerPort, workerPool } from "../../runtime/worker-pool.js";
import { type PageWorker, watchWorker } from "./worker-life.js";

export type { PageWorker } from "./worker-life.js";

export interface PagePoolOptions {
  readonly workerCount: number;
  /** Starts a worker of the module `@flashdeconv/pipeline/page-worker`, where the page's bundler has put it. */
  readonly startWorker: () => PageWorker;
  /** While it is shut the workers read no more, and begin nothing: give the same one to `deconvolve`. */
  readonly gate?: Gate;
}

/**
 * Starts workers as tasks come, one task at a time on each. In a page that is cross-origin isolated they share memory and the solve
 * too; in others they share the passes over the section, and what they find is copied. The result is the same to the bit. When a worker
 * dies, silently or not, its task and every later one is rejected with a WorkerError.
 */
export function pagePool({ workerCount, startWorker, gate }: PagePoolOptions): Executor<PipelineTasks> {
  if (!Number.isInteger(workerCount) || workerCount < 1) {
    const rule = "a whole number of at least 1";
    throw new OptionError({ option: "workerCount", value: workerCount, rule, isRequired: true });
  }
  return workerPool({
    workerCount,
    sharesMemory: sharesMemory(),
    start: () => pagePort(startWorker()),
    remedy: "It may have run out of memory: try fewer workers. What was saved before stays as it is.",
    gate,
  });
}

/** Whether threads of this page can share memory. */
export function sharesMemory(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}

function pagePort(worker: PageWorker): WorkerPort {
  let forget = () => {};
  return {
    post: (message: ToWorker, transfer) => worker.postMessage(message, transfer),
    onMessage: (listen) => worker.addEventListener("message", ({ data }) => listen(data as FromWorker)),
    onDeath(listen) {
      forget = watchWorker(worker, listen);
    },
    async terminate() {
      forget();
      worker.terminate();
    },
  };
}
