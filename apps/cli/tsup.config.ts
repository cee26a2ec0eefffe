import { cpSync, existsSync, rmSync } from "node:fs";
import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

const PAGE = "../../packages/viewer/dist/page";

/** The page that `view` serves comes with the program. */
async function copyPage(): Promise<void> {
  rmSync("dist/page", { recursive: true, force: true });
  if (existsSync(PAGE)) cpSync(PAGE, "dist/page", { recursive: true });
  else console.warn(`${PAGE} is not built: view has no page to serve`);
}

// plugin-thread is not imported by anyone: a thread is started from its file.
export default defineConfig({
  ...base,
  entry: { main: "src/main.ts", "plugin-thread": "src/plugins/plugin-thread.ts" },
  dts: false,
  onSuccess: copyPage,
});
