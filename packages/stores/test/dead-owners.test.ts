import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeChange, writeJournal } from "../src/node/commit-journal.js";
import { NEW, planCommit } from "../src/node/commit-plan.js";
import { BEAT_SECONDS } from "../src/node/heartbeat.js";
import { acquireLock } from "../src/node/internal.js";
import { livenessOf, ownerTag, tagLiveness, thisOwner } from "../src/node/owner-tag.js";
import { createStore, editStore, openStore } from "./test-format.js";
import { filesOf, goneLock, goneTag } from "./write-disk-tools.js";

/** What a run leaves that died in a container, whose number a process of the next container has got. */
const reusedLock = () => JSON.stringify({ ...thisOwner(), began: "1", beatSeconds: 5 });
const reusedTag = () => ownerTag().replace(/-\d+t/, "-1t");
/** Of a machine or container that cannot be seen from here. */
const farLock = () =>
  JSON.stringify({ ...thisOwner(), machine: "00000000", host: "node17", pid: 7, beatSeconds: 5 });
const farTag = () => "00000000-7-99t0123abcd";
/** Owners that have surely ended. */
const DEAD: [string, () => string, () => string][] = [
  ["is gone", goneLock, goneTag],
  ["has its number given to another process", reusedLock, reusedTag],
];

let folder: string;
let path: string;
let lockFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flashdeconv-dead-"));
  path = join(folder, "out.zarr");
  lockFile = join(folder, ".out.zarr.lock");
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

describe("whether an owner lives", () => {
  it("is told by machine, number and beginning", () => {
    const owner = thisOwner();
    expect(livenessOf(owner)).toBe("alive");
    expect(livenessOf({ ...owner, began: "1" })).toBe("gone");
    expect(livenessOf({ ...owner, machine: "00000000" })).toBe("unknown");
    // A process whose beginning was not noted may be another one.
    expect(livenessOf({ ...owner, pid: process.ppid, began: undefined })).toBe("unknown");
    expect([ownerTag(), `${ownerTag()}-0123abcd`].map(tagLiveness)).toEqual(["alive", "alive"]);
    expect([goneTag(), reusedTag()].map(tagLiveness)).toEqual(["gone", "gone"]);
    expect(tagLiveness(farTag())).toBe("unknown");
    // As earlier versions wrote them.
    expect(tagLiveness(goneTag().replace(/-\d+t/, "-"))).toBe("gone");
    for (const tag of ["", "1-2-3", "final", `${ownerTag()}.zip`]) expect(tagLiveness(tag)).toBeUndefined();
  });
});

describe("a lock whose owner cannot be seen from here", () => {
  it("is taken over once it has given no sign of life, by one of many that wait", async () => {
    writeFileSync(lockFile, farLock());
    const waits: string[] = [];
    const options = { silenceSeconds: 0.3, onWait: ({ host }: { host: string }) => waits.push(host) };
    const tries = await Promise.allSettled(
      Array.from({ length: 6 }, () => acquireLock(lockFile, "out.zarr", options)),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of tries) {
      if (one.status === "rejected") expect(one.reason.message).toMatch(/another run at work there/);
    }
    expect(waits).toContain("node17");
    expect(readdirSync(folder)).toEqual([".out.zarr.lock"]);
  });

  it("is not where it gives one, though clocks of machines differ", async () => {
    for (const time of [1000, Date.now() / 1000 + 1e6]) {
      writeFileSync(lockFile, farLock());
      utimesSync(lockFile, time, time);
      let beats = 0;
      const timer = setInterval(() => utimesSync(lockFile, time, time + ++beats), 20);
      const taken = acquireLock(lockFile, "out.zarr", { silenceSeconds: 30 });
      await expect(taken).rejects.toThrow(/process 7 on node17.*next run sees that/);
      clearInterval(timer);
      expect(JSON.parse(readFileSync(lockFile, "utf8")).pid).toBe(7);
      rmSync(lockFile);
    }
  });

  it("is waited for only until the run is interrupted", async () => {
    writeFileSync(lockFile, farLock());
    const stop = new AbortController();
    const onWait = () => stop.abort(new Error("enough"));
    await expect(acquireLock(lockFile, "out.zarr", { onWait, signal: stop.signal })).rejects.toThrow(
      "enough",
    );
    expect(readdirSync(folder)).toEqual([".out.zarr.lock"]);
  });
});

describe("a lock that is held", () => {
  it("gives signs of life until it is given back, and none to a lock that is another's", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const lock = await acquireLock(lockFile, "out.zarr");
    const text = readFileSync(lockFile, "utf8");
    const beaten = async () => {
      utimesSync(lockFile, 1000, 1000);
      vi.advanceTimersByTime(1000 * BEAT_SECONDS);
      return vi.waitFor(() => expect(statSync(lockFile).mtimeMs).toBeGreaterThan(1_000_000), 5000);
    };
    await beaten();
    await beaten();
    expect(readFileSync(lockFile, "utf8")).toBe(text);
    await lock.check();
    const other = farLock();
    writeFileSync(lockFile, other);
    vi.advanceTimersByTime(1000 * BEAT_SECONDS);
    await expect(lock.check()).rejects.toThrow(/taken this place over \(process 7 on node17/);
    await lock.release();
    expect(readFileSync(lockFile, "utf8")).toBe(other);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is made again where it was removed by hand", async () => {
    const lock = await acquireLock(lockFile, "out.zarr");
    rmSync(lockFile);
    await lock.check();
    await expect(acquireLock(lockFile, "out.zarr")).rejects.toThrow(/another run at work/);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("and is lost lets nothing be written, in a new store or in place", async () => {
    const bytes = new TextEncoder().encode("{}");
    const store = await createStore(path);
    await store.set("/.zgroup", bytes);
    writeFileSync(lockFile, farLock());
    await expect(store.commit()).rejects.toThrow(/taken this place over/);
    await store.discard();
    expect(readdirSync(folder)).toEqual([".out.zarr.lock"]);
    rmSync(lockFile);

    mkdirSync(path);
    writeFileSync(join(path, ".zgroup"), "{}");
    const edit = await editStore(path);
    await edit.set("/.zattrs", bytes);
    writeFileSync(join(path, ".flashdeconv-lock"), farLock());
    await expect(edit.commit()).rejects.toThrow(/taken this place over/);
    await edit.discard();
    expect(readdirSync(path).sort()).toEqual([".flashdeconv-lock", ".zgroup"]);
  });
});

describe.each(DEAD)("what a run has left whose process %s", (_, lock, tag) => {
  it("goes with the next run in the folder, whatever its output is called", async () => {
    for (const name of ["out", "renamed"]) {
      mkdirSync(join(folder, `.${name}.zarr.partial-${tag()}`, "obs"), { recursive: true });
      writeFileSync(join(folder, `.${name}.zarr.lock`), lock());
    }
    writeFileSync(join(folder, `.third.zarr.lock-${tag()}`), lock());
    const aside = join(folder, `.old.zarr.replaced-${tag()}`);
    mkdirSync(aside);
    writeFileSync(join(aside, ".zgroup"), "old");
    await (await createStore(path)).discard();
    expect(filesOf(folder)).toEqual({ "old.zarr/.zgroup": "old" });
    expect(readdirSync(folder)).toEqual(["old.zarr"]);
  });

  it("in a store that it was changing: the next run, or who reads it, makes it whole", async () => {
    for (const open of [openStore, async (at: string) => (await editStore(at)).discard()]) {
      for (let made = 0; made <= 2; made++) {
        restore(path, { ".zgroup": "{}", "uns/a": "old", "uns/b": "old", ".zmetadata": "old" });
        writeFileSync(join(path, ".flashdeconv-lock"), lock());
        const staging = join(path, `.flashdeconv-staging-${tag()}`);
        restore(join(staging, NEW), { "uns/a": "new", "uns/b": "new", ".zmetadata": "new" });
        const changes = await planCommit(path, staging, []);
        await writeJournal(staging, changes);
        for (const change of changes.slice(0, made)) await makeChange(path, staging, change, []);
        await open(path);
        const whole = { ".zgroup": "{}", "uns/a": "new", "uns/b": "new", ".zmetadata": "new" };
        expect(filesOf(path)).toEqual(whole);
        rmSync(path, { recursive: true });
      }
    }
  });
});

describe("what is left alone", () => {
  it("is all that may be in use, or is not ours", async () => {
    const kept = [
      // Of runs that are going on here.
      `.a.zarr.partial-${ownerTag()}`,
      // Of runs on other machines.
      `.b.zarr.partial-${farTag()}`,
      // Of others.
      ".c.zarr.partial-final",
      ".partial-draft",
      "d.zarr.partial-1",
    ];
    for (const name of kept) mkdirSync(join(folder, name));
    const files: Record<string, string> = {
      ".b.zarr.lock": farLock(),
      ".mail.lock": JSON.stringify({ pid: 2 ** 22 + 1, machine: "x", id: "y" }),
      [`.e.zarr.replaced-${goneTag()}`]: "a file",
      ".f.lock": "held",
    };
    restore(folder, files);
    await (await createStore(path)).discard();
    expect(readdirSync(folder).sort()).toEqual([...kept, ...Object.keys(files)].sort());
    expect(filesOf(folder)).toEqual(files);
  });

  it("goes where nobody holds its lock, or nobody has for an hour", async () => {
    for (const name of ["a", "b"]) mkdirSync(join(folder, `.${name}.zarr.partial-${farTag()}`));
    const old = join(folder, ".b.zarr.lock");
    writeFileSync(old, farLock());
    utimesSync(old, Date.now() / 1000 - 7200, Date.now() / 1000 - 7200);
    await (await createStore(path)).discard();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a journal that comes with a store", () => {
  const journal = (at: string, paths: readonly string[]) => {
    const staging = join(path, `.flashdeconv-staging-${goneTag()}`);
    restore(join(staging, NEW), { [at]: "theirs" });
    return writeJournal(
      staging,
      paths.map((one) => ({ path: one, replaces: true, brings: true })),
    );
  };

  it.each(["../mine", "a/../../mine", "/mine", "link/mine", "./mine", ""])(
    "moves nothing elsewhere: %s",
    async (at) => {
      restore(path, { ".zgroup": "{}" });
      restore(folder, { mine: "dear", "other/mine": "dear" });
      symlinkSync(join(folder, "other"), join(path, "link"));
      await journal("link/mine", [at]);
      for (const open of [openStore, editStore]) {
        await expect(open(path)).rejects.toBeInstanceOf(StoreError);
        await expect(open(path)).rejects.toThrow(/half made.*outside/);
      }
      const left = filesOf(folder);
      expect([left.mine, left["other/mine"], left["out.zarr/.zgroup"]]).toEqual(["dear", "dear", "{}"]);
      expect(existsSync(join(path, ".flashdeconv-lock"))).toBe(false);
    },
  );

  it("is refused where it is none", async () => {
    restore(path, { ".zgroup": "{}", [`.flashdeconv-staging-${goneTag()}/journal.json`]: "{" });
    await expect(openStore(path)).rejects.toBeInstanceOf(StoreError);
  });
});

function restore(root: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), text, "latin1");
  }
}
