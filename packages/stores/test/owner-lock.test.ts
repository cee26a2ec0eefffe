import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { StoreError } from "@flashdeconv/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireLock } from "../src/node/internal.js";
import { thisOwner } from "../src/node/owner-tag.js";
import { createStore, editStore } from "./test-format.js";
import { goneLock } from "./write-disk-tools.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flashdeconv-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("acquireLock", () => {
  it("lets one in at a time, and names who is in", async () => {
    const lock = await acquireLock(file, "out.zarr");
    const second = acquireLock(file, "out.zarr");
    await expect(second).rejects.toBeInstanceOf(StoreError);
    await expect(second).rejects.toThrow(
      new RegExp(
        `^out.zarr: found another run at work there \\(process ${process.pid} on .+, since 20.+Z\\)`,
      ),
    );
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await (await acquireLock(file, "out.zarr")).release();
    await lock.release();
  });

  it.each([
    ["whose process is gone", () => goneLock()],
    ["whose number another process has got", () => JSON.stringify({ ...thisOwner(), began: "1" })],
  ])("takes over a lock %s, and only one of many does", async (_, left) => {
    writeFileSync(file, left());
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => acquireLock(file, "out.zarr")));
    const won = tries.filter((one) => one.status === "fulfilled");
    expect(won.length).toBe(1);
    for (const one of tries) if (one.status === "rejected") expect(one.reason).toBeInstanceOf(StoreError);
    expect(readdirSync(folder)).toEqual(["lock"]);
    await won[0].value.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("removes what processes left that died while they tried to take it, and nothing else", async () => {
    const owner = JSON.parse(goneLock());
    const dead = `lock-${owner.machine}-${owner.pid}-0123abcd`;
    const others = [`lock-${owner.machine}-${process.pid}-0123abcd`, "lock-other-1-0123abcd", "lock.txt"];
    const ofContainer = "lock-00000000-1-5t0123abcd";
    for (const name of [dead, ofContainer, ...others, "lock-takeover"]) writeFileSync(join(folder, name), "");
    const old = Date.now() / 1000 - 60;
    utimesSync(join(folder, "lock-takeover"), old, old);
    const lock = await acquireLock(file, "out.zarr");
    await lock.release();
    expect(readdirSync(folder).sort()).toEqual(others.sort());
  });

  it("goes on waiting where another run took its draft for a dead one's", async () => {
    writeFileSync(file, "");
    const waiting = acquireLock(file, "out.zarr");
    await setTimeout(60);
    const [draft] = readdirSync(folder).filter((name) => name.startsWith("lock-"));
    rmSync(join(folder, draft));
    rmSync(file);
    await (await waiting).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not judge a process of another machine", async () => {
    writeFileSync(file, JSON.stringify({ ...thisOwner(), machine: "other", host: "node17", pid: 1 }));
    await expect(acquireLock(file, "out.zarr")).rejects.toThrow(/process 1 on node17, since .*remove .*lock/);
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  it("does not take away what it cannot read", async () => {
    writeFileSync(file, "mine");
    await expect(acquireLock(file, "out.zarr")).rejects.toThrow(/nothing is known/);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });
});

describe("one writer", () => {
  const path = () => join(folder, "out.zarr");

  it("of a new store: the second is refused at once, until the first commits or discards", async () => {
    const first = await createStore(path());
    await expect(createStore(path())).rejects.toThrow(/another run at work there \(process/);
    await expect(createStore(path(), { overwrite: true })).rejects.toThrow(/one run at a time/);
    await first.set("/.zgroup", new TextEncoder().encode("{}"));
    await first.discard();
    const again = await createStore(path());
    await again.set("/.zgroup", new TextEncoder().encode("{}"));
    await again.commit();
    await (await createStore(path(), { overwrite: true })).discard();
    expect(readdirSync(folder)).toEqual(["out.zarr"]);
  });

  it("of a store changed in place, also after a run that died", async () => {
    const store = await createStore(path());
    await store.set("/.zgroup", new TextEncoder().encode("{}"));
    await store.commit();
    writeFileSync(join(path(), ".flashdeconv-lock"), goneLock());
    const first = await editStore(path());
    await expect(editStore(path())).rejects.toThrow(/another run at work there/);
    await first.discard();
    await (await editStore(path())).commit();
    expect(readdirSync(path())).toEqual([".zgroup"]);
  });

  it("leaves no lock where the store is refused", async () => {
    writeFileSync(path(), "a file");
    await expect(createStore(path(), { overwrite: true })).rejects.toThrow(/not a Zarr folder/);
    expect(readdirSync(folder)).toEqual(["out.zarr"]);
  });
});
