import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { findPackageEntry } from "../src/options/find-package-entry.js";
import { temporaryFolder } from "./run-cli.js";

async function install(folder: string, name: string, manifest: object, ...files: string[]): Promise<void> {
  const root = join(folder, "node_modules", name);
  for (const [file, text] of [
    ["package.json", JSON.stringify(manifest)],
    ...files.map((file) => [file, ""]),
  ]) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
}

it("finds what import would load, from any folder below", async () => {
  const folder = await temporaryFolder();
  const below = join(folder, "a/b");
  await install(folder, "plain", { main: "lib/solver.js" }, "lib/solver.js", "other.js");
  await install(folder, "bare", {}, "index.js");
  await install(folder, "@lab/scoped", { exports: "./s.mjs" }, "s.mjs");
  const conditions = {
    ".": { types: "./t.d.ts", require: "./c.cjs", import: { default: "./m.mjs" } },
    "./sub": "./sub.mjs",
  };
  await install(folder, "modern", { exports: conditions }, "m.mjs", "c.cjs", "sub.mjs");
  const at = (path: string) => join(folder, "node_modules", path);
  expect(findPackageEntry("plain", below)).toBe(at("plain/lib/solver.js"));
  expect(findPackageEntry("plain/other.js", below)).toBe(at("plain/other.js"));
  expect(findPackageEntry("bare", below)).toBe(at("bare/index.js"));
  expect(findPackageEntry("@lab/scoped", below)).toBe(at("@lab/scoped/s.mjs"));
  expect(findPackageEntry("modern", below)).toBe(at("modern/m.mjs"));
  expect(findPackageEntry("modern/sub", below)).toBe(at("modern/sub.mjs"));
  expect(findPackageEntry("modern/c.cjs", below)).toBeUndefined();
  expect(findPackageEntry("not-there", below)).toBeUndefined();
  expect(findPackageEntry("../plain", below)).toBeUndefined();
});
