import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, beforeAll, expect, it } from "vitest";
import { filesOf, goneTag } from "../../stores/test/write-disk-tools.js";
import { readColumn, writeAnnData } from "../src/index.js";
import { createStore, editStore, openStore } from "../src/node.js";

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
      options.alias = {
        "@flashdeconv/core": join(packages, "core/src/index.ts"),
        "@flashdeconv/core/internal": join(packages, "core/src/internal.ts"),
      };
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the child until it has written half, kills it, and tells what it left beside or in the store. */
async function killMidway(
  mode: "create" | "overwrite" | "edit" | "again",
  before: readonly string[] = [],
  after = 0,
): Promise<void> {
  const [program, ...args] = [...before, process.execPath, join(folder, "child.mjs"), mode, path];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<string | null>((resolve) => child.on("exit", (_, signal) => resolve(signal)));
  child.stdout.on("data", (data) => {
    if (String(data).includes("half")) setTimeout(() => child.kill("SIGKILL"), after);
  });
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
it("a store that is replaced over and over, and the run killed at any moment, is there again with the next run", async () => {
  const place = join(folder, "again");
  mkdirSync(place);
  path = join(place, "out.zarr");
  for (let kill = 0; kill < 5; kill++) {
    await killMidway("again", [], 5 + 11 * kill);
    // Old or new may be missing at that moment; the next run, whatever becomes of it, brings one of them back.
    await (await createStore(path, { overwrite: true })).discard();
    const store = await openStore(path);
    expect(await readColumn(store, "uns/copy")).toEqual(await readColumn(store, "uns/run"));
    expect(readdirSync(place)).toEqual(["out.zarr"]);
  }
});

it("between the renames the old store lies beside its place, reading says so, and the next run brings it back", async () => {
  const place = join(folder, "between");
  mkdirSync(place);
  path = join(place, "out.zarr");
  await writeAnnData(await createStore(path), contents);
  const before = filesOf(path);
  const gone = goneTag();
  renameSync(path, join(place, `.out.zarr.replaced-${gone}`));
  mkdirSync(join(place, `.out.zarr.partial-${gone}`));
  await expect(openStore(path)).rejects.toThrow(/is being replaced.*brings it back/);
  await (await createStore(path, { overwrite: true })).discard();
  expect(filesOf(path)).toEqual(before);
  expect(readdirSync(place)).toEqual(["out.zarr"]);
});
