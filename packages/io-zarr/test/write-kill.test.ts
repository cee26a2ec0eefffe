import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeAnnData } from "../src/index.js";
import { createStore, editStore } from "../src/node.js";
import { filesOf } from "./write-disk-tools.js";

const packages = fileURLToPath(new URL("../../", import.meta.url));
const contents = { spotCount: 4, spotNames: ["a", "b", "c", "d"], geneNames: [], uns: { run: 1 } };

let folder: string;
let path: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flashdeconv-test-"));
  path = join(folder, "data", "out.zarr");
  await build({
    config: false,
    entry: { child: fileURLToPath(new URL("write-kill-child.ts", import.meta.url)) },
    outDir: folder,
    outExtension: () => ({ js: ".mjs" }),
    format: "esm",
    platform: "node",
    noExternal: [/./],
    clean: false,
    silent: true,
    esbuildOptions(options) {
      options.alias = { "@flashdeconv/core": join(packages, "core/src/index.ts") };
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the child until it has written half, kills it, and tells what it left beside or in the store. */
async function killMidway(
  mode: "create" | "overwrite" | "edit",
  before: readonly string[] = [],
): Promise<void> {
  const [program, ...args] = [...before, process.execPath, join(folder, "child.mjs"), mode, path];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<string | null>((resolve) => child.on("exit", (_, signal) => resolve(signal)));
  child.stdout.on("data", (data) => String(data).includes("half") && child.kill("SIGKILL"));
  expect(await ended).toBe("SIGKILL");
}

it("a killed run leaves no store, or the store as it was, and the next run cleans up", async () => {
  const data = join(folder, "data");
  mkdirSync(data);

  await killMidway("create");
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(data)).toEqual([".out.zarr.lock", expect.stringMatching(/^\.out\.zarr\.partial-/)]);
  expect(Object.keys(filesOf(data)).length).toBeGreaterThan(10);

  await writeAnnData(await createStore(path), contents);
  expect(readdirSync(data)).toEqual(["out.zarr"]);
  const before = filesOf(path);

  await killMidway("overwrite");
  expect(filesOf(path)).toEqual(before);
  expect(readdirSync(data).length).toBe(3);

  await killMidway("edit");
  expect(filesOf(path, { hidden: false })).toEqual(before);
  expect(readdirSync(path)).toContain(".flashdeconv-lock");
  expect(readdirSync(path)).toContainEqual(expect.stringMatching(/^\.flashdeconv-staging-/));
  await (await editStore(path)).discard();
  expect(filesOf(path)).toEqual(before);

  await (await createStore(path, { overwrite: true })).discard();
  expect(readdirSync(data)).toEqual(["out.zarr"]);
});

const CONTAINER = ["unshare", "--pid", "--fork", "--kill-child"];
const canContain = spawnSync(CONTAINER[0], [...CONTAINER.slice(1), "true"]).status === 0;

it.skipIf(!canContain)(
  "a run that was killed in a process namespace of its own is taken over once it gives no sign of life (needs unshare)",
  async () => {
    const data = join(folder, "data");
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data);
    await killMidway("create", CONTAINER);
    expect(readdirSync(data)).toEqual([".out.zarr.lock", expect.stringMatching(/^\.out\.zarr\.partial-/)]);
    const stop = AbortSignal.timeout(100);
    await expect(createStore(path, { lock: { signal: stop } })).rejects.toThrow(/timeout/);
    await (await createStore(path, { lock: { silenceSeconds: 0.5 } })).discard();
    expect(readdirSync(data)).toEqual([]);

    await writeAnnData(await createStore(path), contents);
    const before = filesOf(path);
    await killMidway("edit", CONTAINER);
    await (await editStore(path, { lock: { silenceSeconds: 0.5 } })).discard();
    expect(filesOf(path)).toEqual(before);
  },
);
