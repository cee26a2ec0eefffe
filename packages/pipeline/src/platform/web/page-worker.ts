import { OptionError, WorkerError } from "@flashdeconv/core";
import { httpStore, transferLedger } from "@flashdeconv/stores";
import { serveTasks } from "../../runtime/serve-tasks.js";
import type { ToWorker } from "../../runtime/worker-pool.js";
import { workerTasks } from "../../worker-tasks.js";
import { sharesMemory } from "./page-pool.js";

/** What is used of a worker's global scope. */
interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listen: (event: { readonly data: unknown }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;

const tasks = workerTasks({
  sharesMemory: sharesMemory(),
  async openStore({ path, access: { cache, cacheBytes, ledger, ...options } = {} }) {
    if (cache !== undefined) {
      const rule = "no folder, as a page has none";
      throw new OptionError({ option: "cache", value: cache, rule, remedy: "Leave it out." });
    }
    return httpStore(path, options, ledger && { ledger: transferLedger(ledger) });
  },
  async openScratchFile(path) {
    throw new WorkerError({
      subject: "worker",
      found: `a scratch file (${path})`,
      expected: "statistics in memory: a page has no scratch files",
      remedy: "Leave scratch out.",
    });
  },
});

serveTasks(tasks, {
  post: (message) => scope.postMessage(message),
  onMessage: (listen) => scope.addEventListener("message", ({ data }) => listen(data as ToWorker)),
});
