// Makes flashdeconv-<version>.tgz: the command line as built, with all packages it uses bundled in, ours and others'. npm
// installs it without fetching anything. Argument: the folder to put it in, this one by default. Build first.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { root } from "./packages.mjs";

const cli = join(root, "apps/cli");
const destination = resolve(process.argv[2] ?? ".");
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-tarball-"));

try {
  const { name, version, description, license, type, engines, bin, files } = readJson(cli, "package.json");
  const { metafile } = await build({
    absWorkingDir: root,
    // Threads start from files of their own, beside main's.
    entryPoints: [
      "apps/cli/dist/main.js",
      "apps/cli/dist/plugin-thread.js",
      "packages/pipeline/dist/pool-worker.js",
    ],
    entryNames: "[name]",
    outdir: join(folder, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    metafile: true,
    legalComments: "none",
    logLevel: "error",
    // Some packages of others are CommonJS and require modules of Node.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);',
    },
  });
  for (const file of ["bin", "output.schema.json", "README.md"]) {
    cpSync(join(cli, file), join(folder, file), { recursive: true });
  }
  // What view serves; built already, with all that it uses in it.
  cpSync(join(cli, "dist/page"), join(folder, "dist/page"), { recursive: true });
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), licensesOf(Object.keys(metafile.inputs)));
  const manifest = { name, version, description, license, type, engines, bin };
  manifest.files = [...files, "THIRD-PARTY-LICENSES"];
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", destination], {
    cwd: folder,
    encoding: "utf8",
  });
  console.log(join(destination, packed.trim()));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Name, version and licence text of each package of others among the bundled files. */
function licensesOf(inputs) {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []);
  return [...new Set(folders)]
    .sort()
    .map(licenseOf)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licenseOf(path) {
  const source = join(root, path);
  const { name, version } = readJson(source, "package.json");
  const file = readdirSync(source).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} ${version} has no licence file to bundle`);
  return `${name} ${version}\n\n${readFileSync(join(source, file), "utf8").trim()}\n`;
}

function readJson(source, file) {
  return JSON.parse(readFileSync(join(source, file), "utf8"));
}
