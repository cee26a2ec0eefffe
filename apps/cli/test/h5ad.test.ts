import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { goldenPath } from "../../../test/golden-data.js";
import { sharedData } from "../../../test/shared-data.js";
import { temporaryFolder } from "./run-cli.js";

/** The built one, as threads do not start from sources. */
const program = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const spatial = sharedData("golden/spatial.h5ad");
const reference = sharedData("golden/reference.h5ad");

describe.skipIf(!spatial || !reference)(`run on h5ad files${spatial ? "" : " (no ../shared)"}`, () => {
  it("gives the bits of the Zarr stores, with threads and on scratch", async () => {
    const folder = await temporaryFolder();
    const run = async (name: string, inputs: readonly [string, string], ...more: string[]) => {
      const out = join(folder, `${name}.zarr`);
      const [section, cells] = inputs;
      const args = ["run", section, "--reference", cells, "--out", out, "--quiet", ...more];
      const ran = spawnSync("node", [program, ...args], { encoding: "utf8" });
      expect(ran.status, ran.stderr).toBe(0);
      return bytesBelow(join(out, "obsm", "flashdeconv"));
    };
    const stores = [goldenPath("spatial.zarr"), goldenPath("reference.zarr")] as const;
    const files = [spatial ?? "", reference ?? ""] as const;
    const expected = await run("stores", stores, "--workers", "1");
    expect(expected.size).toBeGreaterThan(7);
    expect(await run("two", files, "--workers", "2")).toEqual(expected);
    expect(await run("scratch", files, "--workers", "2", "--use-scratch", "always")).toEqual(expected);
  });
});

/** The bytes of all files below a folder, by path. */
async function bytesBelow(folder: string, prefix = ""): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory())
      for (const [key, bytes] of await bytesBelow(path, `${name}/`)) found.set(key, bytes);
    else found.set(name, await readFile(path));
  }
  return found;
}
