import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { directoryStore } from "../src/node/directory-store.js";
import { asReadError } from "../src/node/file-errors.js";
import { openLocalFile } from "../src/node/local-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unreadable-"));
  await symlink("loop", join(folder, "loop"));
  await mkdir(join(folder, "store"));
  await symlink("spatial", join(folder, "store/spatial"));
});
afterAll(() => rm(folder, { recursive: true }));

it("tells what may not be read as such, not as what may not be written", async () => {
  const cause = Object.assign(new Error("EACCES: permission denied, open"), {
    code: "EACCES",
    syscall: "open",
  });
  const refused = asReadError("a.gem", () => Promise.reject(cause));
  await expect(refused).rejects.toThrow(
    "a.gem: found no permission to read it, expected what can be read. Change the permission of it and of the folders it lies in.",
  );
  await expect(refused).rejects.toBeInstanceOf(StoreError);
});

it("passes on what is no refusal of the system", async () => {
  const fault = new TypeError("x is not a function");
  await expect(asReadError("a", () => Promise.reject(fault))).rejects.toBe(fault);
});

it("names a file that cannot be opened, and takes what is not there for nothing", async () => {
  await expect(openLocalFile(join(folder, "loop"))).rejects.toThrow(
    /loop: found a link that leads back to itself/,
  );
  await expect(openLocalFile(join(folder, "a".repeat(300)))).rejects.toThrow(/a name too long/);
  expect(await openLocalFile(join(folder, "none"))).toBeUndefined();
});

it("names a folder of a store that cannot be listed, and a key that cannot be read", async () => {
  const store = directoryStore(join(folder, "store"));
  await expect(store.list("/spatial")).rejects.toThrow(/^spatial: found a link that leads back to itself/);
  await expect(store.get("/spatial")).rejects.toBeInstanceOf(StoreError);
  expect(await store.list("/none")).toEqual([]);
});
