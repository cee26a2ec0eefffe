import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { runCli } from "./run-cli.js";

/** Runs a command that must end well, and gives its JSON. */
export async function runJson(...args: readonly string[]) {
  const ended = await runCli([...args, "--json", "--quiet"]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return JSON.parse(ended.stdout);
}

/** A tissue that `simulate` makes with these flags before the tests of a file, in a folder that goes after them. */
export function tissue(...flags: readonly string[]) {
  let folder = "";
  const at = (name: string) => join(folder, name);
  const [spatial, reference] = ["tissue/spatial.zarr", "tissue/reference.zarr"];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-tissue-"));
    await runJson("simulate", at("tissue"), ...flags);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const deconvolve = (out: string, ...more: readonly string[]) =>
    runJson("run", at(spatial), "--reference", at(reference), "--out", at(out), ...more);
  return { at, deconvolve };
}
