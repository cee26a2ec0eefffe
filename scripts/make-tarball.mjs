// Makes flashdeconv-<version>.tgz: the command line as built, with all packages it uses bundled in, ours and others'. npm
// installs it without fetching anything. Argument: the folder to put it in, this one by default. Build first.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { root } from "./packages.mjs";

const cli = join(root, "apps/cli");
const destination = resolve(process.argv[2] ?? ".");
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-tarball-"));

try {
  const { devDependencies, scripts, ...manifest } = JSON.parse(
    readFileSync(join(cli, "package.json"), "utf8"),
  );
  for (const file of [...manifest.files, "README.md"]) {
    cpSync(join(cli, file), join(folder, file), { recursive: true });
  }
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", destination], {
    cwd: folder,
    encoding: "utf8",
  });
  console.log(join(destination, packed.trim()));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
