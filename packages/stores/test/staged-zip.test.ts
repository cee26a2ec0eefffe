import { spawnSync } from "node:child_process";
import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFile } from "../src/node/create-file.js";
import type { StagedFile } from "../src/staged-file.js";
import type { StoreKey } from "../src/staged-store.js";
import { blobReader } from "../src/zip/blob-reader.js";
import { stagedZip } from "../src/zip/staged-zip.js";
import { directoryEntry, endOfZip, localHeader } from "../src/zip/zip-records.js";
import { zipStore } from "../src/zip/zip-store.js";
import { FORMAT } from "./test-format.js";

const PYTHON = "/usr/bin/python3";
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "staged-zip-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readZip(path: string) {
  return zipStore(path, blobReader(new Blob([await readFile(path)])), { format: FORMAT });
}

/** What Python reads in a zip, by name; undefined, with a word, where there is no Python. */
function readByPython(path: string): Record<string, string> | undefined {
  const code = `import zipfile, json, sys
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({n: z.read(n).decode("latin1") for n in z.namelist()[:20]}), len(z.namelist()))`;
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", code, path], { encoding: "utf8" });
  if (status === null) return void console.warn("Not tried: no Python");
  expect(stderr).toBe("");
  return JSON.parse(stdout.slice(0, stdout.lastIndexOf("}") + 1));
}

/** Whether `unzip -t` finds no fault; true where there is no unzip. */
function passesUnzip(path: string): boolean {
  const { status, error } = spawnSync("unzip", ["-tqq", path]);
  if (error) console.warn("Not tried: no unzip");
  return error !== undefined || status === 0;
}

/** Names that could mislead a reader of zips. */
const HOSTILE = [
  "/ü/0",
  "/a b/0",
  "/..a/0",
  "/日本語 🧬/c/0",
  `/${"n".repeat(1000)}/0`,
  "/per%2Fcent/0",
] as const;

describe("a zip that is written as a store", () => {
  it("holds what was set, for every reader, whatever the names", async () => {
    const path = join(folder, "plain.zarr.zip");
    const zip = stagedZip(await createFile(path), FORMAT);
    await zip.set("/.zgroup", bytesOf("{}"));
    await Promise.all(HOSTILE.map((key, i) => zip.set(key, bytesOf(`chunk ${i}`))));
    await zip.set("/empty/0", new Uint8Array(0));
    await zip.commit();
    const store = await readZip(path);
    for (const [i, key] of HOSTILE.entries()) expect(textOf(await store.get(key))).toBe(`chunk ${i}`);
    expect(await store.get("/empty/0")).toHaveLength(0);
    const read = readByPython(path);
    if (read) {
      const all = [...HOSTILE, "/empty/0", "/.zgroup"].map((key) => key.slice(1));
      expect(Object.keys(read).sort()).toEqual(all.sort());
      expect(read["ü/0"]).toBe("chunk 0");
    }
    expect(passesUnzip(path)).toBe(true);
  });

  it("has of a key that is set twice the last, and nothing of what was deleted", async () => {
    const path = join(folder, "twice.zarr.zip");
    const zip = stagedZip(await createFile(path), FORMAT);
    for (const text of ["first", "second"]) {
      await zip.set("/.zgroup", bytesOf(text));
      await zip.set("/a/0", bytesOf(text));
    }
    await zip.set("/b/0", bytesOf("gone"));
    await zip.set("/b/.zarray", bytesOf("gone"));
    expect(await zip.list("/")).toEqual(["a", "b", ".zgroup"]);
    expect(textOf(await zip.get("/.zgroup"))).toBe("second");
    await expect(zip.get("/a/0")).rejects.toThrow("is not read");
    await zip.delete("/b");
    await zip.commit();
    const store = await readZip(path);
    expect([
      await store.list?.("/"),
      textOf(await store.get("/a/0")),
      textOf(await store.get("/.zgroup")),
    ]).toEqual([["a", ".zgroup"], "second", "second"]);
    expect(readByPython(path) ?? { "a/0": "second", ".zgroup": "second" }).toEqual({
      "a/0": "second",
      ".zgroup": "second",
    });
    expect(passesUnzip(path)).toBe(true);
  });

  it("may have more than 65,535 members", async () => {
    const path = join(folder, "many.zarr.zip");
    const pieces: Uint8Array[] = [];
    const zip = stagedZip(inMemory(pieces), FORMAT);
    await zip.set("/.zgroup", bytesOf("{}"));
    for (let i = 0; i < 70_000; i++) await zip.set(`/a/${i}`, bytesOf(String(i)));
    await zip.commit();
    const file = await createFile(path);
    await file.append(Buffer.concat(pieces));
    await file.commit();
    const store = await readZip(path);
    expect(textOf(await store.get("/a/69999"))).toBe("69999");
    expect(await store.list?.("/a")).toHaveLength(70_000);
    expect(readByPython(path)?.["a/3"] ?? "3").toBe("3");
    expect(passesUnzip(path)).toBe(true);
  });

  it("may go beyond 4 GiB", async () => {
    const path = join(folder, "large.zarr.zip");
    // A hole of 5 GiB takes no room on the disk.
    const offset = 5 * 2 ** 30;
    const member = { name: bytesOf(".zgroup"), size: 2 };
    const bytes = bytesOf("{}");
    const entry = directoryEntry({ ...member, crc: crcOf(bytes), offset });
    const header = localHeader({ ...member, crc: crcOf(bytes) });
    const start = offset + header.length + bytes.length;
    const file = await open(path, "w");
    await file.write(
      Buffer.concat([header, bytes, entry, endOfZip(1, start, entry.length)]),
      0,
      undefined,
      offset,
    );
    await file.close();
    const reader = {
      getLength: async () => (await stat(path)).size,
      read: async (at: number, length: number) => {
        const from = await open(path);
        const { buffer } = await from.read(new Uint8Array(length), 0, length, at);
        await from.close();
        return buffer;
      },
    };
    const store = await zipStore(path, reader, { format: FORMAT });
    expect(textOf(await store.get("/.zgroup"))).toBe("{}");
    expect(readByPython(path) ?? { ".zgroup": "{}" }).toEqual({ ".zgroup": "{}" });
  });

  it("refuses what no zip can hold, and writes nothing more after the file failed", async () => {
    const zip = stagedZip(inMemory([]), FORMAT);
    const name: StoreKey = `/${"n".repeat(70_000)}`;
    await expect(zip.set(name, bytesOf("a"))).rejects.toThrow(/at most 65535 bytes/);
    const full = stagedZip(
      { ...inMemory([]), append: () => Promise.reject(new Error("the disk is full")) },
      FORMAT,
    );
    await expect(full.set("/a/0", bytesOf("a"))).rejects.toThrow("full");
    await expect(full.commit()).rejects.toThrow("full");
    await full.discard();
  });
});

function inMemory(pieces: Uint8Array[]): StagedFile {
  return {
    append: async (bytes) => void pieces.push(bytes.slice()),
    writeAt: () => Promise.reject(new Error("not asked for")),
    commit: async () => undefined,
    discard: async () => undefined,
  };
}

/** Bit by bit, as a check of the table. */
function crcOf(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
