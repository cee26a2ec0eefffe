import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

// plugin-thread is not imported by anyone: a thread is started from its file.
export default defineConfig({
  ...base,
  entry: { main: "src/main.ts", "plugin-thread": "src/plugins/plugin-thread.ts" },
  dts: false,
});
