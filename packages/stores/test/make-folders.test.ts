import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolders } from "../src/node/make-folders.js";

describe("makeFolders", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "flashdeconv-folders-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("makes what is missing, and says what it made first", async () => {
    expect(await makeFolders(join(folder, "a/b/c"))).toBe(join(folder, "a"));
    expect(await makeFolders(join(folder, "a/b/d"), 0o700)).toBe(join(folder, "a/b/d"));
    expect(await makeFolders(join(folder, "a/b"))).toBeUndefined();
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "link"));
    expect(await makeFolders(join(folder, "link/x"))).toBe(join(folder, "link/x"));
    expect(readdirSync(join(folder, "real"))).toEqual(["x"]);
  });

  it("is done by several at once", async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeFolders(join(folder, "p/q/r"))));
    expect(existsSync(join(folder, "p/q/r"))).toBe(true);
    expect(made.filter((first) => first === join(folder, "p")).length).toBeGreaterThan(0);
  });

  it("says what is in the way", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(makeFolders(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolders(join(folder, "file/a/b"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.skipIf(!existsSync("/proc/self"))("ends where the system makes no folders", async () => {
    await expect(makeFolders("/proc/flashdeconv/a/b")).rejects.toThrow(
      /found \/proc, in which the system makes no folder/,
    );
  });

  it("is what every package makes nested folders with", () => {
    const root = join(import.meta.dirname, "../../..");
    const offenders = ["packages", "apps"].flatMap((group) =>
      readdirSync(join(root, group)).flatMap((name) => {
        const src = join(root, group, name, "src");
        if (!existsSync(src)) return [];
        const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
          /\.ts$/.test(file),
        );
        return files
          .filter((file) => /mkdir(Sync)?\([^;]*recursive/.test(readFileSync(join(src, file), "utf8")))
          .map((file) => `${name}/${file}`);
      }),
    );
    expect(offenders).toEqual([]);
  });
});
