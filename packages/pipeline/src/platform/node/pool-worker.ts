import { parentPort } from "node:worker_threads";
import { registerNodeOpeners } from "@flashdeconv/io-zarr/node";
import { serveTasks } from "../../runtime/serve-tasks.js";
import { workerTasks } from "../../worker-tasks.js";
import { openScratchFile } from "./scratch.js";

registerNodeOpeners();

const tasks = workerTasks({ sharesMemory: true, openScratchFile });

serveTasks(tasks, {
  post: (message) => parentPort?.postMessage(message),
  onMessage: (listen) => parentPort?.on("message", listen),
});
