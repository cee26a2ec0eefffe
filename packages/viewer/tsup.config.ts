import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { transform } from "esbuild";
import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

/** Styles of the viewer for pages of others, and of the page that `flashdeconv view` serves, with its HTML. */
async function copyStyles(): Promise<void> {
  copyFileSync("src/viewer.css", "dist/viewer.css");
  copyFileSync("src/page/index.html", "dist/page/index.html");
  const styles = ["src/page/page.css", "src/viewer.css"].map((path) => readFileSync(path, "utf8"));
  const { code } = await transform(styles.join("\n"), { loader: "css", minify: true });
  writeFileSync("dist/page/view.css", code);
}

export default defineConfig([
  { ...base, clean: ["dist/*"] },
  {
    ...base,
    entry: { view: "src/page/main.ts" },
    outDir: "dist/page",
    platform: "browser",
    // Whole by itself; codecs come in files of their own, which are loaded where a store needs them.
    noExternal: [/./],
    splitting: true,
    minify: true,
    sourcemap: false,
    clean: false,
    dts: false,
    onSuccess: copyStyles,
  },
]);
