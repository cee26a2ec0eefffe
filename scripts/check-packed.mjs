// Packs every package, installs the tarballs with npm in an empty folder outside the workspace and uses them there, as a
// stranger would; then the command line's tarball by itself, with no registry in reach. Arguments: the Node binaries to run them on, the current one by default. Needs the npm registry.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedPackages, root } from "./packages.mjs";

const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-packed-"));
const tarballs = join(folder, "tarballs");
const project = join(folder, "project");
const alone = join(folder, "alone");
let faultCount = 0;

try {
  mkdirSync(tarballs);
  mkdirSync(project);
  check("pack every package", () => {
    for (const { folder: source } of publishedPackages()) {
      run("npx", ["-y", packageManager, "pack", "--pack-destination", tarballs], source);
    }
  });
  check("npm install into an empty folder", () => {
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const files = readdirSync(tarballs).map((name) => join(tarballs, name));
    run("npm", ["install", "--no-audit", "--no-fund", ...files], project);
  });
  cpSync(join(root, "scripts/packed"), project, { recursive: true });
  check("declarations fit a strict program", () => {
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--allowJs",
      "--checkJs",
    ];
    const programs = readdirSync(project).filter((name) => name.endsWith(".mjs"));
    run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...options, ...programs], project);
  });
  check("npm install -g of the one tarball, offline", () => {
    mkdirSync(alone);
    const tarball = run(process.execPath, [join(root, "scripts/make-tarball.mjs"), alone], root).trim();
    const env = { ...process.env, npm_config_registry: "http://127.0.0.1:9", npm_config_offline: "true" };
    run("npm", ["install", "-g", "--prefix", join(alone, "prefix"), tarball], alone, env);
  });
  for (const node of nodes) {
    const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    usePackages(node, version);
    useTarball(node, version);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (faultCount > 0) process.exitCode = 1;

/** The checks that run the packages, on one Node. */
function usePackages(node, version) {
  check(`npx flashdeconv demo on Node ${version}`, () => {
    const demo = runDemo("npx", ["--no-install", "flashdeconv"], project, node, version);
    runView(["npx", "--no-install", "flashdeconv"], demo, project, firstInPath(node, version));
  });
  check(`io-zarr and normalize alone on Node ${version}`, () => run(node, ["two-stages.mjs"], project));
  check(`a solver of one's own on Node ${version}`, () => run(node, ["own-solver.mjs"], project));
}

/** The checks that run the one tarball, on one Node: its threads too, which start from files of their own. */
function useTarball(node, version) {
  const command = join(alone, "prefix/bin/flashdeconv");
  check(`flashdeconv demo of the one tarball on Node ${version}`, () => {
    const demo = runDemo(command, [], alone, node, version);
    const stores = [join(demo, "spatial.zarr"), "--reference", join(demo, "reference.zarr")];
    const threads = ["--workers", "2", "--out", `threads-${version}.zarr`];
    run(command, ["run", ...stores, ...threads], alone, firstInPath(node, version));
    runView([command], demo, alone, firstInPath(node, version));
  });
}

/** Runs the demo in a folder and returns where it has put its stores. */
function runDemo(command, args, cwd, node, version) {
  const demo = `demo-${version}`;
  const options = ["demo", "--spots", "2000", "--dir", demo];
  const output = run(command, [...args, ...options], cwd, firstInPath(node, version));
  const result = join(demo, "result.zarr");
  if (!output.includes(result)) throw new Error(`the demo does not name ${result}:\n${output}`);
  const stored = readdirSync(join(cwd, result, "obsm/flashdeconv"));
  if (stored.length === 0) throw new Error("the demo has written no proportions");
  return demo;
}

/** Has the result of a demo shown for a moment: the page comes with the program. */
function runView([command, ...args], demo, cwd, env) {
  const options = ["view", join(demo, "result.zarr"), "--no-open", "--for", "1s", "--json"];
  const { address } = JSON.parse(run(command, [...args, ...options], cwd, env));
  if (!/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/.test(address)) throw new Error(`view gives ${address}`);
}

/** An environment in which scripts start with this Node: they take the first `node` of the path. */
function firstInPath(node, version) {
  const bin = join(folder, `bin-${version}`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "node"), `#!/bin/sh\nexec "${node}" "$@"\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${bin}:${process.env.PATH}` };
}

function check(name, action) {
  try {
    action();
    console.log(`ok    ${name}`);
  } catch (error) {
    faultCount++;
    console.log(
      `FAULT ${name}\n${error.stdout ?? ""}${error.stderr ?? ""}${error.stdout === undefined ? error.stack : ""}`,
    );
  }
}

function run(command, args, cwd, env = process.env) {
  return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
