import { WorkerError } from "@flashdeconv/core";
import { hdf5Opener } from "@flashdeconv/io-h5/opener";
import { ZARR } from "@flashdeconv/io-zarr";
import { registerFileOpeners, registerOpeners, webOpeners } from "@flashdeconv/stores";
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

registerOpeners(webOpeners(ZARR));
registerFileOpeners({ h5: hdf5Opener });

const tasks = workerTasks({
  sharesMemory: sharesMemory(),
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
