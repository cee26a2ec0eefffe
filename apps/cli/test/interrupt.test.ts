import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();

/** Runs, and interrupts as soon as standard error holds `word`. */
async function interruptedAt(word: string, args: readonly string[]) {
  const controller = new AbortController();
  return runCli(args, {
    signal: controller.signal,
    onStderr: (text) => {
      if (text.includes(word)) controller.abort(new Error("interrupted"));
    },
  });
}

async function everyFile(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

it.each(["finding neighbours", "choosing genes", "solving"])(
  "leaves nothing behind, interrupted after %s",
  async (stage) => {
    const folder = await temporaryFolder();
    const args = ["run", stores.spatial, "--reference", stores.reference, "--out", join(folder, "out.zarr")];
    const { code, stdout, stderr } = await interruptedAt(`${stage}:`, args);
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(/^error: interrupted; no result was written\./m);
    expect(await readdir(folder)).toEqual([]);
  },
);

it("leaves a store that is changed in place as it was", async () => {
  const section = join(await temporaryFolder(), "section.zarr");
  await cp(stores.spatial, section, { recursive: true });
  const before = await everyFile(section);
  const args = ["run", section, "--reference", stores.reference, "--in-place"];
  expect((await interruptedAt("solving:", args)).code).toBe(130);
  expect(await everyFile(section)).toEqual(before);
});

it("leaves no half of a simulation", async () => {
  const parent = await temporaryFolder();
  const args = ["simulate", join(parent, "a/b"), "--spots", "3000", "--genes", "50"];
  expect((await interruptedAt("writing the reference:", args)).code).toBe(130);
  expect(await readdir(parent)).toEqual([]);
  expect((await interruptedAt("writing the reference:", [...args.with(1, parent)])).code).toBe(130);
  expect(await readdir(parent)).toEqual([]);
});

it("says so in JSON", async () => {
  const signal = AbortSignal.abort(new Error("interrupted"));
  const { code, stdout } = await runCli(["inspect", stores.spatial, "--json"], { signal });
  expect(code).toBe(130);
  expect(JSON.parse(stdout).error.tag).toBe("Interrupted");
});
