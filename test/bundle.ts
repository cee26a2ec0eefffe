import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles a module of the workspace for browsers, as the global `bundled` or as a module, and says what it imports from outside. */
export async function bundle(
  contents: string,
  format: "iife" | "esm" = "iife",
): Promise<{ code: string; imports: string[] }> {
  const result = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    platform: "browser",
    format,
    ...(format === "iife" && { globalName: "bundled" }),
    target: "es2022",
    minify: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    plugins: [sources, builtins],
  });
  const [output] = Object.values(result.metafile.outputs);
  const imports = output.imports.filter((one) => one.external).map((one) => one.path);
  return { code: result.outputFiles[0].text, imports: [...new Set(imports)].sort() };
}

/** The workspace's packages resolve to their sources, as they do for the tests. */
export const sources: Plugin = {
  name: "sources",
  setup(build) {
    build.onResolve({ filter: /^@flashdeconv\// }, ({ path }) => {
      const [, name, ...rest] = path.split("/");
      const entry = rest.join("/") || "index";
      if (entry.startsWith("page-")) return { path: `${root}packages/${name}/src/platform/web/${entry}.ts` };
      return { path: `${root}packages/${name}/src/${entry}.ts` };
    });
  },
};

/** Node's modules stay outside, so that the list of what the bundle imports names them. */
const builtins: Plugin = {
  name: "builtins",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path }) => (isBuiltin(path) ? { path, external: true } : undefined));
  },
};
