import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fingerprintFolder } from "../src/node/fingerprint-folder.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fingerprint-"));
  mkdirSync(join(folder, "X/data/c"), { recursive: true });
  writeFileSync(join(folder, "X/data/c/0"), "count");
  mkdirSync(join(folder, "obs"));
  writeFileSync(join(folder, "obs/.zattrs"), "{}");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a folder's fingerprint ends where links lead back into it or to themselves, and changes with its files", async () => {
  for (let i = 0; i < 4; i++) symlinkSync("..", join(folder, `X/data/c/up-${i}`));
  symlinkSync("self", join(folder, "X/self"));
  symlinkSync("../obs", join(folder, "X/other"));
  const before = await fingerprintFolder(folder);
  expect(await fingerprintFolder(folder)).toEqual(before);
  expect(Object.keys(before)).toEqual(["X/data", "X/other", "X/self", "obs/.zattrs"]);
  expect(before["X/data"]).toMatch(/^5 files, /);

  writeFileSync(join(folder, "X/data/c/0"), "counts");
  const after = await fingerprintFolder(folder);
  expect(after["X/data"]).not.toBe(before["X/data"]);
  expect(after["obs/.zattrs"]).toBe(before["obs/.zattrs"]);
  expect(await fingerprintFolder(join(folder, "none"))).toEqual({});
});
