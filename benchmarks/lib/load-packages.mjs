import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./places.mjs";

const PACKAGES = ["kernels", "normalize", "select-genes", "sketch", "graph", "solver", "solver-poisson"];

/** The stage packages as they are in the working tree, or as they were at a commit, all in one object. */
export async function loadPackages(commit) {
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-kernels-"));
  try {
    const root = commit === undefined ? ROOT : checkOut(commit, join(folder, "source"));
    const source = (name, file) => join(root, "packages", name, "src", file);
    const entry = (name) => source(name, "index.ts");
    const outfile = join(folder, "packages.mjs");
    await build({
      stdin: {
        // A commit may be older than a package.
        contents: PACKAGES.flatMap((name) => [entry(name), source(name, "internal.ts")])
          .filter((path) => existsSync(path))
          .map((path) => `export * from ${JSON.stringify(path)};`)
          .join("\n"),
        resolveDir: ROOT,
      },
      bundle: true,
      format: "esm",
      platform: "node",
      outfile,
      // Else the packages of a commit look for a configuration that is not beside them.
      tsconfigRaw: {},
      alias: {
        "@flashdeconv/core": entry("core"),
        "@flashdeconv/core/internal": source("core", "internal.ts"),
        "@flashdeconv/core/options": source("core", "options.ts"),
        "@flashdeconv/kernels": entry("kernels"),
        "@flashdeconv/solver/internal": source("solver", "internal.ts"),
        "@flashdeconv/solver": entry("solver"),
      },
      nodePaths: ["core", "select-genes"].map((name) => join(ROOT, "packages", name, "node_modules")),
    });
    return await import(outfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkOut(commit, folder) {
  mkdirSync(folder);
  const archive = execFileSync("git", ["archive", commit, "packages"], { cwd: ROOT, maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  return folder;
}
