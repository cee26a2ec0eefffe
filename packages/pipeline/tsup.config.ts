import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

// pool-worker is not imported by anyone: threads are started from its file, beside pool's.
export default defineConfig({
  ...base,
  entry: {
    index: "src/index.ts",
    internal: "src/internal.ts",
    "page-pool": "src/platform/web/page-pool.ts",
    "page-worker": "src/platform/web/page-worker.ts",
    pool: "src/platform/node/pool.ts",
    "pool-worker": "src/platform/node/pool-worker.ts",
    "run-folder": "src/platform/node/run-folder.ts",
    scratch: "src/platform/node/scratch.ts",
  },
});
