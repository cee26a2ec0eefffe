import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

// pool-worker is not imported by anyone: threads are started from its file, beside pool's.
export default defineConfig({
  ...base,
  entry: ["src/index.ts", "src/pool.ts", "src/pool-worker.ts", "src/run-folder.ts", "src/scratch.ts"],
});
