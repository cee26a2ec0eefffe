import { parentPort } from "node:worker_threads";
import { hdf5Opener } from "@flashdeconv/io-h5/opener";
import { registerVendorOpener } from "@flashdeconv/io-vendor/opener";
import { registerNodeOpeners } from "@flashdeconv/io-zarr/node";
import { registerFileOpeners } from "@flashdeconv/stores";
import { serveTasks } from "../../runtime/serve-tasks.js";
import type { FromWorker, ToWorker } from "../../runtime/worker-pool.js";
import { workerTasks } from "../../worker-tasks.js";
import { openScratchFile } from "./scratch.js";
import { tidyHeap } from "./tidy-heap.js";

registerNodeOpeners();
registerFileOpeners({ h5: hdf5Opener });
registerVendorOpener();

const tasks = workerTasks({ sharesMemory: true, openScratchFile });

const port = {
  post: (message: FromWorker) => parentPort?.postMessage(message),
  onMessage: (listen: (message: ToWorker) => void) => parentPort?.on("message", listen),
};
tidyHeap();
serveTasks(tasks, port, { tidy: tidyHeap });
