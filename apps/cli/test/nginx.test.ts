import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasNginx, nginxServer } from "../../../packages/stores/test/nginx-server.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { contentOf, zipStore } from "./store-content.js";

const stores = smallStores();

/** The small stores as folders and as zips. */
async function host(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ["spatial.zarr", "reference.zarr"]) {
    const store = join(folder, name);
    await cp(join(stores.folder, name), store, { recursive: true });
    await zipStore(store, `${store}.zip`);
  }
  return folder;
}

async function result(spatial: string, reference: string): Promise<Map<string, string>> {
  const out = join(await temporaryFolder(), "out.zarr");
  const run = await runCli(["run", spatial, "--reference", reference, "--out", out, "--quiet"]);
  expect(run.code, run.stderr).toBe(0);
  return contentOf(out);
}

describe.skipIf(!hasNginx)("run on stores behind nginx (skipped where nginx is not installed)", () => {
  it.each([
    ["folders", "", []],
    ["zips", ".zip", []],
    ["folders, where it compresses what it can", "", ["gzip on;", "gzip_types *;", "gzip_min_length 0;"]],
    ["zips, where it compresses what it can", ".zip", ["gzip on;", "gzip_types *;", "gzip_min_length 0;"]],
  ])("%s: the bits are those of a local run", async (_, ending, directives) => {
    const server = await nginxServer(await host(), directives);
    const at = (name: string) => `${server.url}/${name}.zarr${ending}`;
    const far = await result(at("spatial"), at("reference"));
    expect(far).toEqual(await result(stores.spatial, stores.reference));
    expect(far.size).toBeGreaterThan(10);
  });

  it("a chunk that is missing ends the run with 2, and nothing is written", async () => {
    const folder = await host();
    await rm(join(folder, "spatial.zarr/X/data/0"));
    const server = await nginxServer(folder);
    const outputs = await temporaryFolder();
    const args = ["run", `${server.url}/spatial.zarr`, "--reference", stores.reference];
    const run = await runCli([...args, "--out", join(outputs, "out.zarr")]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/^error: .*spatial\.zarr.*no chunk X\/data\/0.*The store is incomplete/m);
    expect(await readdir(outputs)).toEqual([]);
  });
});
