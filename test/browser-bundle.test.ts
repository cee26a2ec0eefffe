import { readdirSync } from "node:fs";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build, type Plugin } from "esbuild";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("bundled for a browser", () => {
  it.each(readdirSync(`${root}packages`))("%s needs no Node module", async (name) => {
    const { code, imports } = await bundle(`export * from "@flashdeconv/${name}";`);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/["']node:/);
    expect(Object.keys(evaluate(code)).length).toBeGreaterThan(0);
  });

  it("a Node module does not go unnoticed", async () => {
    const prefixed = await bundle('import { readFileSync } from "node:fs"; export const a = readFileSync;');
    expect(prefixed.imports).toEqual(["node:fs"]);
    const bare = await bundle('export const a = () => import("fs/promises");');
    expect(bare.imports).toEqual(["fs/promises"]);
    const entry = await bundle('export * from "@flashdeconv/io-zarr/node";');
    expect(entry.imports).toContain("node:fs/promises");
    const global = await bundle("export const a = process.platform;");
    expect(() => evaluate(global.code)).toThrow("process is not defined");
  });
});

async function bundle(contents: string): Promise<{ code: string; imports: string[] }> {
  const result = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "bundled",
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
const sources: Plugin = {
  name: "sources",
  setup(build) {
    build.onResolve({ filter: /^@flashdeconv\// }, ({ path }) => {
      const [, name, entry = "index"] = path.split("/");
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

/** Runs a bundle where there is nothing but the language and what browsers add to it. */
function evaluate(code: string): Record<string, unknown> {
  const web = {
    AbortController,
    AbortSignal,
    Blob,
    CompressionStream,
    DecompressionStream,
    fetch,
    Headers,
    performance,
    ReadableStream,
    Request,
    Response,
    setTimeout,
    structuredClone,
    TextDecoder,
    TextEncoder,
    TransformStream,
    URL,
    WebAssembly,
    WritableStream,
    atob,
    btoa,
    console,
    crypto,
    queueMicrotask,
    clearTimeout,
    DOMException,
  };
  return runInNewContext(`${code};bundled`, { ...web });
}
