import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { Who } from "./option-trials.js";
import { runCli } from "./run-cli.js";

export const SMALL = "--spots 30 --genes 40 --types 3 --depth 150 --cells-per-type 12".split(" ");
export const nowhere = ["nowhere.zarr", "--reference", "nowhere-either.zarr", "--out", "never.zarr"];
let folder: string;
export const at = (name: string) => join(folder, name);
export const chosen = (who: Who): string[] =>
  ({
    refined: [],
    weighted: ["--method", "weighted"],
    flashdeconv: ["--method", "flashdeconv"],
    poisson: ["--method", "poisson"],
    nnls: ["--solver", "nnls"],
    plugin: ["--solver", at("plugin.mjs")],
  })[who];

/** A folder with tissue, a table of means and a solver, for the tests of a file. */
export function useOptionFolder(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-options-"));
    await writeFile(
      at("plugin.mjs"),
      `export default {
      name: "mine", coupling: "neighbors", input: "statistics",
      resolveOptions: (input) => ({ ...input }),
      start: ({ typeNames: { length: K } }) => ({
        statWidth: K + 1, settings: {}, summarize: (rows, out) => out.set(rows.values),
        sweep({ spots, statistics }, abundance) {
          for (const spot of spots)
            for (let k = 0; k < K; k++) abundance[spot * K + k] = Math.max(0, statistics[spot * (K + 1) + k]);
          return { largestChange: 0 };
        },
      }),
    };`,
    );
    await writeFile(at("means.csv"), "type,a,b\nA,1,2\nB,2,1\n");
    await succeed("simulate", at("tissue"), ...SMALL);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
}

export async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args);
  expect(code, `${args.join(" ")}\n${stderr}`).toBe(0);
  return stdout;
}

/** How a command that must fail does: by its option, before the stores that are not there are looked for, or by the stores. */
export async function failure(...args: string[]): Promise<{ tag: string; message: string }> {
  const { code, stdout } = await runCli([...args, "--json"]);
  expect(code, args.join(" ")).toBe(2);
  return JSON.parse(stdout).error;
}

/** All that a result is, but for where it comes from. */
export async function contentOf(store: string): Promise<string> {
  const digest = createHash("sha256");
  for (const entry of (await readdir(store, { recursive: true, withFileTypes: true })).sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const path = join(entry.parentPath, entry.name).slice(store.length);
    // Names of stores, and when it was made.
    if (
      !entry.isFile() ||
      /_params\/(spatial|reference|statistics)\b|_command\b/.test(path) ||
      path === "/.zmetadata"
    )
      continue;
    digest.update(path).update(await readFile(join(entry.parentPath, entry.name)));
  }
  return digest.digest("hex");
}

let runCount = 0;
/** A path in the folder that nothing has yet. */
export const freshPath = (name: string) => at(`${name}-${runCount++}`);
const results = new Map<string, Promise<string>>();
export function resultOf(...args: string[]): Promise<string> {
  const key = args.join(" ");
  const result = results.get(key) ?? runFor(...args);
  results.set(key, result);
  return result;
}

async function runFor(...args: string[]): Promise<string> {
  const out = `${freshPath("out")}.zarr`;
  const inputs = [at("tissue/spatial.zarr"), "--reference", at("tissue/reference.zarr"), "--out", out];
  await succeed("run", ...inputs, "--quiet", ...args.filter((arg) => arg !== "--quiet"));
  const content = await contentOf(out);
  await rm(out, { recursive: true });
  return content;
}
