import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";
import { thirdPartyLicenses } from "./third-party-licenses.mjs";

const PAGE = "../../packages/viewer/dist/page";
const METAFILE = "dist/metafile-esm.json";

/** The page that `view` serves comes with the program. */
function copyPage(): void {
  rmSync("dist/page", { recursive: true, force: true });
  if (existsSync(PAGE)) cpSync(PAGE, "dist/page", { recursive: true });
  else console.warn(`${PAGE} is not built: view has no page to serve`);
}

function writeLicenses(): void {
  const { inputs } = JSON.parse(readFileSync(METAFILE, "utf8"));
  writeFileSync("dist/THIRD-PARTY-LICENSES", thirdPartyLicenses(Object.keys(inputs)));
  rmSync(METAFILE);
}

// All that the program uses is bundled in: to find and link 150 modules took half a second of each start.
// plugin-thread and pool-worker are not imported by anyone: threads are started from their files, beside main's.
export default defineConfig({
  ...base,
  entry: {
    main: "src/main.ts",
    "plugin-thread": "src/plugins/plugin-thread.ts",
    "pool-worker": "../../packages/pipeline/dist/pool-worker.js",
  },
  platform: "node",
  noExternal: [/./],
  dts: false,
  sourcemap: false,
  treeshake: undefined,
  metafile: true,
  // Some packages of others are CommonJS and require modules of Node.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);',
  },
  async onSuccess() {
    copyPage();
    writeLicenses();
  },
});
