import { hdf5Opener } from "@flashdeconv/io-h5/opener";
import { registerPageVendorOpener } from "@flashdeconv/io-vendor";
import { ZARR } from "@flashdeconv/io-zarr";
import { registerFileOpeners, registerOpeners, webOpeners } from "@flashdeconv/stores";
import { openBrowserFile } from "@flashdeconv/stores/internal";
import { runGate } from "../../runtime/run-gate.js";
import { type CallerPort, serveTasks } from "../../runtime/serve-tasks.js";
import type { ToWorker } from "../../runtime/worker-pool.js";
import { workerTasks } from "../../worker-tasks.js";
import { sharesMemory } from "./page-pool.js";
import { showLife, type WorkerScope } from "./worker-life.js";

const scope = globalThis as unknown as WorkerScope;
showLife(scope);

registerOpeners(webOpeners(ZARR));
registerFileOpeners({ h5: hdf5Opener });
registerPageVendorOpener();

const gate = runGate();
const tasks = workerTasks({
  sharesMemory: sharesMemory(),
  gate,
  // Of another worker; it is closed with this one.
  openScratchFile: async (path) => ({ path, ...(await openBrowserFile(path)) }),
});

const port: CallerPort = {
  post: (message) => scope.postMessage(message),
  onMessage: (listen) => scope.addEventListener("message", ({ data }) => listen(data as ToWorker)),
};
serveTasks(tasks, port, { gate });
