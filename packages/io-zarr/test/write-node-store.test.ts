import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commitChanges, makeChange, writeJournal } from "../../stores/src/node/commit-journal.js";
import { NEW, planCommit } from "../../stores/src/node/commit-plan.js";
import { directoryStore } from "../../stores/src/node/directory-store.js";
import { ownerTag } from "../../stores/src/node/owner-tag.js";
import { filesOf, goneTag } from "../../stores/test/write-disk-tools.js";
import { addToAnnData, writeAnnData } from "../src/index.js";
import { createStore, editStore } from "../src/node.js";
import { readBack } from "./write-read-back.js";

const contents = { spotCount: 2, spotNames: ["a", "b"], geneNames: ["g"], uns: { run: 1 } };
const bytes = (text: string) => new TextEncoder().encode(text);

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flashdeconv-test-"));
  path = join(folder, "out.zarr");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("createStore", () => {
  it("shows nothing at the path before the commit, and the whole store after it", async () => {
    const store = await createStore(path);
    await store.set("/a/b", bytes("x"));
    expect(existsSync(path)).toBe(false);
    expect(await store.get("/a/b")).toEqual(bytes("x"));
    expect(await store.list("/")).toEqual(["a"]);
    await store.commit();
    expect(filesOf(path)).toEqual({ "a/b": "x" });
    expect(await store.get("/a/b")).toEqual(bytes("x"));
    expect(readdirSync(folder)).toEqual(["out.zarr"]);
    await expect(store.set("/c", bytes("x"))).rejects.toThrow(/after the store was committed/);
    await store.discard();
    expect(existsSync(path)).toBe(true);
  });

  it("leaves nothing after a discard", async () => {
    const store = await createStore(path);
    await store.set("/a/b", bytes("x"));
    await store.discard();
    expect(readdirSync(folder)).toEqual([]);
    await expect(store.set("/a/b", bytes("x"))).rejects.toThrow(/after the store was discarded/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a path that is taken, before any work, and unless told to overwrite", async () => {
    await writeAnnData(await createStore(path), contents);
    const before = filesOf(path);
    await expect(createStore(path)).rejects.toThrow(StoreError);
    await expect(createStore(path)).rejects.toThrow(
      /out\.zarr: found a store that is already there.*overwrite/,
    );
    expect(filesOf(path)).toEqual(before);

    const store = await createStore(path, { overwrite: true });
    await store.set("/.zgroup", bytes("new"));
    expect(filesOf(path)).toEqual(before);
    await store.commit();
    expect(filesOf(path)).toEqual({ ".zgroup": "new" });
    expect(readdirSync(folder)).toEqual(["out.zarr"]);
  });

  it("never overwrites what is not a Zarr folder", async () => {
    mkdirSync(path);
    writeFileSync(join(path, "thesis.txt"), "dear");
    await expect(createStore(path, { overwrite: true })).rejects.toThrow(/not a Zarr folder/);
    const file = join(folder, "file.zarr");
    writeFileSync(file, "x");
    await expect(createStore(file, { overwrite: true })).rejects.toThrow(/not a Zarr folder/);
    expect(filesOf(folder)).toEqual({ "out.zarr/thesis.txt": "dear", "file.zarr": "x" });
  });

  it("refuses to commit over a store that came meanwhile", async () => {
    const store = await createStore(path);
    // By a program that knows of no lock.
    mkdirSync(path);
    writeFileSync(join(path, ".zgroup"), "first");
    await expect(store.commit()).rejects.toThrow(/already there/);
    await store.discard();
    expect(filesOf(folder)).toEqual({ "out.zarr/.zgroup": "first" });
  });

  it("says at once that the folder is missing or cannot be written to", async () => {
    const missing = createStore(join(folder, "no", "out.zarr"));
    await expect(missing).rejects.toThrow(StoreError);
    await expect(missing).rejects.toThrow(/no such folder.*Create the folder/);
    writeFileSync(join(folder, "file"), "");
    await expect(createStore(join(folder, "file", "out.zarr"))).rejects.toThrow(
      /a file where a folder is needed/,
    );
  });

  it("makes missing folders where it is told to, and removes them where no store comes to be", async () => {
    const deep = join(folder, "a", "b", "out.zarr");
    await (await createStore(deep, { makeFolders: true })).discard();
    expect(readdirSync(folder)).toEqual([]);
    const store = await createStore(deep, { makeFolders: true });
    await store.set("/.zgroup", bytes("{}"));
    await store.commit();
    expect(filesOf(folder)).toEqual({ "a/b/out.zarr/.zgroup": "{}" });
    await expect(createStore(deep, { makeFolders: true })).rejects.toThrow(/already there/);
    await (await createStore(join(folder, "a", "other.zarr"), { makeFolders: true })).discard();
    expect(filesOf(folder)).toEqual({ "a/b/out.zarr/.zgroup": "{}" });
  });

  it.skipIf(!existsSync("/sys/kernel"))(
    "refuses a folder without permission (needs Linux' /sys)",
    async () => {
      const refused = createStore("/sys/kernel/out.zarr");
      await expect(refused).rejects.toThrow(StoreError);
      await expect(refused).rejects.toMatchObject({
        path: "/sys/kernel/out.zarr",
        cause: { syscall: "open" },
      });
    },
  );

  it("turns a write that fails midway into a StoreError and cleans up", async () => {
    const store = await createStore(path);
    // The file's name is too long for any file system.
    const uns = { ["n".repeat(300)]: ["x", "y"] };
    const writing = writeAnnData(store, { ...contents, uns });
    await expect(writing).rejects.toThrow(StoreError);
    await expect(writing).rejects.toMatchObject({ path, found: "a name too long for the file system" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses keys that lead out of the store", async () => {
    const store = await createStore(path);
    await expect(store.set("/../x", bytes(""))).rejects.toThrow(/the key "\/\.\.\/x"/);
    await expect(store.delete("/a/../../x")).rejects.toThrow(StoreError);
    await store.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("cleans up after killed runs, but not after one that is going on", async () => {
    const gone = goneTag();
    const going = `.out.zarr.partial-${ownerTag()}`;
    for (const name of [`.out.zarr.partial-${gone}`, `.other.zarr.partial-${gone}`, going])
      mkdirSync(join(folder, name));
    await (await createStore(path)).discard();
    expect(readdirSync(folder)).toEqual([going]);
  });

  it("brings back a store that a killed run had moved aside and not replaced", async () => {
    const aside = join(folder, `.out.zarr.replaced-${goneTag()}`);
    mkdirSync(aside);
    writeFileSync(join(aside, ".zgroup"), "old");
    await expect(createStore(path)).rejects.toThrow(/already there/);
    expect(filesOf(folder)).toEqual({ "out.zarr/.zgroup": "old" });
  });
});

describe("editStore", () => {
  const edits = {
    obs: [{ kind: "number" as const, name: "n", values: Float64Array.of(1, 2) }],
    uns: { run: 2 },
  };
  beforeEach(async () => writeAnnData(await createStore(path), contents));

  it("changes the store on commit, not before", async () => {
    const before = filesOf(path);
    const store = await editStore(path);
    await store.set("/uns/run/0", bytes("x"));
    await store.delete("/obs/_index");
    expect(await store.get("/uns/run/0")).toEqual(bytes("x"));
    expect(await store.get("/obs/_index/.zarray")).toBeUndefined();
    expect(await store.list("/obs")).not.toContain("_index");
    expect(filesOf(path, { hidden: false })).toEqual(before);
    await store.discard();
    expect(filesOf(path)).toEqual(before);

    await addToAnnData(await editStore(path), edits);
    const after = filesOf(path);
    expect(Object.keys(after).filter((file) => file.includes("staging"))).toEqual([]);
    const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
    expect(changed.sort()).toEqual(
      [".zmetadata", "obs/.zattrs", "obs/n/.zarray", "obs/n/.zattrs", "obs/n/0", "uns/run/0"].sort(),
    );
    expect(await readBack(directoryStore(path), "uns/run")).toBe(2);
    expect(await readBack(directoryStore(path), "obs")).toMatchObject({ columns: { n: [1, 2] } });
  });

  it("refuses what is missing or a zip file, before any work", async () => {
    await expect(editStore(join(folder, "no.zarr"))).rejects.toThrow(/nothing there/);
    writeFileSync(join(folder, "s.zarr.zip"), "PK");
    await expect(editStore(join(folder, "s.zarr.zip"))).rejects.toThrow(/zip store cannot.*to a new store/s);
    expect(readdirSync(folder).sort()).toEqual(["out.zarr", "s.zarr.zip"]);
  });

  it("refuses a store that another run is changing, and names that run", async () => {
    const first = await editStore(path);
    await expect(editStore(path)).rejects.toThrow(
      new RegExp(`another run at work there \\(process ${process.pid} on .*, since 20`),
    );
    await first.discard();
    await (await editStore(path)).discard();
  });

  it("never advises to remove the folder of a commit that is under way, which holds parts of the store", async () => {
    const name = `.flashdeconv-staging-${ownerTag()}`;
    mkdirSync(join(path, name));
    await writeJournal(join(path, name), []);
    const refused = editStore(path);
    await expect(refused).rejects.toThrow(/holds parts of the store/);
    await expect(refused).rejects.not.toThrow(/remove/);
  });

  it("forgets the changes of a run that was killed before its commit", async () => {
    const before = filesOf(path);
    const staging = join(path, `.flashdeconv-staging-${goneTag()}`);
    mkdirSync(join(staging, NEW, "uns", "run"), { recursive: true });
    writeFileSync(join(staging, NEW, "uns", "run", "0"), "half");
    await (await editStore(path)).discard();
    expect(filesOf(path)).toEqual(before);
  });

  it("finishes a commit that was cut off, wherever it was", async () => {
    const before = filesOf(path);
    for (let made = 0; made <= 3; made++) {
      for (const halfway of [false, true]) {
        rmSync(path, { recursive: true });
        restore(path, before);
        const staging = join(path, `.flashdeconv-staging-${goneTag()}`);
        stage(staging, { "uns/run/0": "new", "obs/n/0": "1", "obs/.zattrs": "columns", ".zmetadata": "all" });
        const changes = await planCommit(path, staging, ["uns/run", "obs/n", "var/_index"]);
        expect(changes.map((change) => change.path)).toEqual([
          "var/_index",
          "obs/n",
          "obs/.zattrs",
          "uns/run",
          ".zmetadata",
        ]);
        await writeJournal(staging, changes);
        for (const change of changes.slice(0, made)) await makeChange(path, staging, change, []);
        // The old is out of the way and the new is not yet in its place.
        if (halfway) await makeChange(path, staging, { ...changes[made], brings: false }, []);
        await (await editStore(path)).discard();

        const after = filesOf(path);
        const untouched = ([file]: [string, string]) => !/^(uns\/run|var\/_index)\//.test(file);
        expect(after).toEqual({
          ...Object.fromEntries(Object.entries(before).filter(untouched)),
          "uns/run/0": "new",
          "obs/n/0": "1",
          "obs/.zattrs": "columns",
          ".zmetadata": "all",
        });
      }
    }
  });

  it("takes back what a failing commit had changed", async () => {
    const before = filesOf(path);
    const staging = join(path, `.flashdeconv-staging-${ownerTag()}`);
    stage(staging, { "obs/n/0": "1", "obs/.zattrs": "columns", "uns/run/0": "new" });
    const changes = await planCommit(path, staging, ["uns/run"]);
    // A file where the old `uns/run` is to be kept: the last of three changes cannot be made.
    mkdirSync(join(staging, "old"));
    writeFileSync(join(staging, "old", "uns"), "");
    await expect(commitChanges(path, staging, changes)).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(filesOf(path, { hidden: false })).toEqual(before);
    expect(existsSync(join(staging, "journal.json"))).toBe(false);
  });
});

function stage(staging: string, files: Record<string, string>): void {
  restore(join(staging, NEW), files);
}

function restore(root: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), text, "latin1");
  }
}
