import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFile } from "../src/node/create-file.js";
import { ownerTag } from "../src/node/owner-tag.js";
import { goneLock, goneTag } from "./write-disk-tools.js";

let folder: string;
let path: string;
const bytes = (text: string) => new TextEncoder().encode(text);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flashdeconv-file-"));
  path = join(folder, "out.csv");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a new file", () => {
  it("appears as a whole, with what was written at places of its own", async () => {
    const file = await createFile(path);
    const text = bytes("abc");
    await file.append(text);
    text.fill(0);
    await file.writeAt(5, bytes("f"));
    await file.append(bytes("g"));
    await file.writeAt(3, bytes("de"));
    expect(existsSync(path)).toBe(false);
    await file.commit();
    await file.discard();
    expect(readFileSync(path, "utf8")).toBe("abcdefg");
    expect(readdirSync(folder)).toEqual(["out.csv"]);
    await expect(file.append(bytes("h"))).rejects.toThrow(/after the store was committed/);
  });

  it.skipIf(!existsSync("/proc/self"))("says where the system makes none", async () => {
    await expect(createFile("/proc/a.csv")).rejects.toThrow(/\/proc, in which the system makes no file/);
    await expect(createFile(join(folder, "none/a.csv"))).rejects.toThrow(/found no such folder/);
  });

  it("leaves nothing where it is discarded, of folders that were made for it either", async () => {
    const file = await createFile(join(folder, "a/b/out.csv"), { makeFolders: true });
    await file.append(bytes("abc"));
    await file.discard();
    expect(readdirSync(folder)).toEqual([]);
    await expect(createFile(join(folder, "a/out.csv"))).rejects.toThrow(/no such folder/);
  });

  it("leaves one of the same bytes where that is allowed, and refuses any other", async () => {
    const write = async (text: string, mayReplace = async () => true) => {
      let isSame = false;
      const onSame = () => {
        isSame = true;
      };
      const file = await createFile(path, { onSame, mayReplace });
      await file.append(bytes(text));
      try {
        await file.commit();
      } finally {
        await file.discard();
      }
      return isSame;
    };
    const long = "0123456789".repeat(300_000);
    expect(await write(long)).toBe(false);
    const { ino } = statSync(path);
    expect(await write(long)).toBe(true);
    for (const other of [`${long.slice(0, -1)}x`, `${long}0`, long.slice(1), ""]) {
      await expect(write(other)).rejects.toThrow(/already there/);
    }
    await expect(write(long, async () => false)).rejects.toThrow(/already there/);
    expect(statSync(path).ino).toBe(ino);
    expect(readdirSync(folder)).toEqual(["out.csv"]);
  });

  it("replaces another where that is allowed, and only if it still is at the end", async () => {
    writeFileSync(path, "old");
    await expect(createFile(path)).rejects.toThrow(/a file that is already there.*`overwrite`/);
    const mayReplace = async (file: string) => readFileSync(file, "utf8") === "old";
    const file = await createFile(path, { overwrite: true, mayReplace });
    await file.append(bytes("new"));
    expect(readFileSync(path, "utf8")).toBe("old");
    await file.commit();
    expect(readFileSync(path, "utf8")).toBe("new");
    await expect(createFile(path, { overwrite: true, mayReplace })).rejects.toThrow(
      /remove what is there yourself/,
    );
    // Nobody is advised to overwrite what would not be replaced.
    await expect(createFile(path, { mayReplace })).rejects.toThrow(/remove what is there yourself/);
    writeFileSync(path, "old");
    const late = await createFile(path, { overwrite: true, mayReplace });
    writeFileSync(path, "another's");
    await expect(late.commit()).rejects.toThrow(/already there/);
    await late.discard();
    expect(readFileSync(path, "utf8")).toBe("another's");
    mkdirSync(join(folder, "is-folder"));
    await expect(createFile(join(folder, "is-folder"), { overwrite: true, mayReplace })).rejects.toThrow(
      /not a plain file/,
    );
  });

  it("is held by one run at a time, and clears away what dead ones left", async () => {
    const file = await createFile(path);
    await expect(createFile(path)).rejects.toThrow(/another run|is writing/);
    await file.discard();
    const alive = `.other.csv.partial-${ownerTag()}`;
    for (const name of [`.out.csv.partial-${goneTag()}`, `.other.csv.partial-${goneTag()}`, alive]) {
      writeFileSync(join(folder, name), "half");
    }
    writeFileSync(join(folder, ".out.csv.lock"), goneLock());
    const next = await createFile(path);
    await next.append(bytes("whole"));
    await next.commit();
    expect(readdirSync(folder).sort()).toEqual([alive, "out.csv"].sort());
  });
});
