// Packs every package, installs the tarballs with npm in an empty folder outside the workspace and uses them there, as a
// stranger would. Arguments: the Node binaries to run them on, the current one by default. Needs the npm registry.
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
  for (const node of nodes) useOn(node);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (faultCount > 0) process.exitCode = 1;

/** The checks that run what was installed, on one Node. */
function useOn(node) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  check(`npx flashdeconv demo on Node ${version}`, () => {
    // npx starts the script with the first `node` of the path.
    const bin = join(folder, `bin-${version}`);
    mkdirSync(bin);
    writeFileSync(join(bin, "node"), `#!/bin/sh\nexec "${node}" "$@"\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    const demo = ["flashdeconv", "demo", "--spots", "2000", "--dir", `demo-${version}`];
    const output = run("npx", ["--no-install", ...demo], project, env);
    const result = join(`demo-${version}`, "result.zarr");
    if (!output.includes(result)) throw new Error(`the demo does not name ${result}:\n${output}`);
    const stored = readdirSync(join(project, result, "obsm/flashdeconv"));
    if (stored.length === 0) throw new Error("the demo has written no proportions");
  });
  check(`io-zarr and normalize alone on Node ${version}`, () => run(node, ["two-stages.mjs"], project));
  check(`a solver of one's own on Node ${version}`, () => run(node, ["own-solver.mjs"], project));
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
