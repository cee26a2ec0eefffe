import { StoreError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readZipDirectory } from "../src/zip/zip-directory.js";
import { zipStore } from "../src/zip/zip-store.js";
import { FORMAT } from "./test-format.js";

interface Told {
  readonly name: string | Uint8Array;
  /** Of the directory; bit 11 says that the name is UTF-8. */
  readonly flags?: number;
  readonly bytes?: Uint8Array;
  readonly extra?: Uint8Array;
  readonly comment?: Uint8Array;
}

/** A zip of stored members, in zip64 form where asked for. */
function zipOf(members: readonly Told[], { isLarge = false, comment = 0, count = members.length } = {}) {
  const parts: Uint8Array[] = [];
  const entries: Uint8Array[] = [];
  let at = 0;
  const push = (bytes: Uint8Array) => {
    parts.push(bytes);
    at += bytes.length;
  };
  for (const {
    name,
    flags = 0,
    bytes = new Uint8Array(0),
    extra = new Uint8Array(0),
    comment = new Uint8Array(0),
  } of members) {
    const text = typeof name === "string" ? new TextEncoder().encode(name) : name;
    const wide = new DataView(new ArrayBuffer(isLarge ? 28 : 0));
    if (isLarge) {
      wide.setUint16(0, 1, true);
      wide.setUint16(2, 24, true);
      for (const [i, value] of [bytes.length, bytes.length, at].entries()) {
        wide.setBigUint64(4 + 8 * i, BigInt(value), true);
      }
    }
    const entry = new DataView(new ArrayBuffer(46));
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint16(8, flags, true);
    entry.setUint32(20, isLarge ? 0xffffffff : bytes.length, true);
    entry.setUint32(24, isLarge ? 0xffffffff : bytes.length, true);
    entry.setUint16(28, text.length, true);
    entry.setUint16(30, wide.byteLength + extra.length, true);
    entry.setUint16(32, comment.length, true);
    entry.setUint32(42, isLarge ? 0xffffffff : at, true);
    for (const part of [entry, text, extra, wide, comment]) {
      entries.push(part instanceof DataView ? new Uint8Array(part.buffer) : part);
    }
    const header = new DataView(new ArrayBuffer(30));
    header.setUint32(0, 0x04034b50, true);
    header.setUint16(26, text.length, true);
    push(new Uint8Array(header.buffer));
    push(text);
    push(bytes);
  }
  const directory = Buffer.concat(entries);
  const start = at;
  push(directory);
  if (isLarge) {
    const record = new DataView(new ArrayBuffer(76));
    record.setUint32(0, 0x06064b50, true);
    for (const [i, value] of [count, directory.length, start].entries()) {
      record.setBigUint64(32 + 8 * i, BigInt(value), true);
    }
    record.setUint32(56, 0x07064b50, true);
    record.setBigUint64(64, BigInt(at), true);
    push(new Uint8Array(record.buffer));
  }
  const end = new DataView(new ArrayBuffer(22 + comment));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, isLarge ? 0xffff : count, true);
  end.setUint32(12, isLarge ? 0xffffffff : directory.length, true);
  end.setUint32(16, isLarge ? 0xffffffff : start, true);
  end.setUint16(20, comment, true);
  push(new Uint8Array(end.buffer));
  return readerOf(Buffer.concat(parts));
}

function readerOf(file: Uint8Array) {
  return {
    getLength: async () => file.length,
    async read(offset: number, length: number) {
      if (offset < 0 || offset + length > file.length) throw new Error("outside");
      return new Uint8Array(file.subarray(offset, offset + length));
    },
  };
}

/** A zip of so many empty members X/0000000, X/0000001 and so on, all at one place. */
function manyMembers(count: number) {
  const [one, size] = ["X/0000000", 46 + 9];
  const member = 30 + one.length;
  const directory = member + count * size;
  const file = new Uint8Array(directory + 76 + 22);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(26, one.length, true);
  for (let i = 0; i < count; i++) {
    const at = member + i * size;
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 28, one.length, true);
    file.set(text(`X/${String(i).padStart(7, "0")}`), at + 46);
  }
  view.setUint32(directory, 0x06064b50, true);
  for (const [i, value] of [count, count * size, member].entries()) {
    view.setBigUint64(directory + 32 + 8 * i, BigInt(value), true);
  }
  view.setUint32(directory + 56, 0x07064b50, true);
  view.setBigUint64(directory + 64, BigInt(directory), true);
  view.setUint32(directory + 76, 0x06054b50, true);
  view.setUint16(directory + 86, 0xffff, true);
  return readerOf(file);
}

const text = (value: string) => new TextEncoder().encode(value);

describe("the directory of a zip", () => {
  it("finds each member by its name, in both forms, whatever lies beside it", async () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: "grapheme" })
      .filter((one) => !one.includes("\\"));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, {
          minLength: 1,
          maxLength: 40,
          selector: (one) => new TextDecoder().decode(text(one)),
        }),
        fc.boolean(),
        fc.integer({ min: 0, max: 300 }),
        async (names, isLarge, comment) => {
          const members = names.map((one, i) => ({
            name: one,
            bytes: text(`content ${i}`),
            extra: Uint8Array.of(0x75, 0x70, 1, 0, 9),
            comment: text("a comment"),
          }));
          const zip = await readZipDirectory(zipOf(members, { isLarge, comment }), 2 ** 30);
          expect(zip.memberCount).toBe(names.length);
          expect([...zip.names("")]).toEqual(names);
          for (const [i, one] of names.entries()) {
            expect(zip.find(one)?.uncompressedSize).toBe(`content ${i}`.length);
          }
          expect(zip.find("not there")).toBeUndefined();
        },
      ),
      { numRuns: 40 },
    );
  });

  it("of two members of a name takes the last, and reads backslashes as slashes", async () => {
    const store = await zipStore(
      "a.zip",
      zipOf([
        { name: "s.zarr\\.zgroup", bytes: text("old") },
        { name: "s.zarr/.zgroup", bytes: text("new") },
        { name: "__MACOSX/.zgroup", bytes: text("junk") },
        { name: "s.zarr/X/0", bytes: text("chunk") },
        { name: "other/Y" },
      ]),
      { format: FORMAT },
    );
    expect(await store.get("/.zgroup")).toEqual(text("new"));
    expect(await store.list?.("/")).toEqual([".zgroup", "X"]);
    expect(await store.list?.("/X")).toEqual(["0"]);
    expect(await store.getRange?.("/X/0", { offset: 1, length: 3 })).toEqual(text("hun"));
    expect(await store.get("/Y")).toBeUndefined();
  });

  it("reads names as UTF-8 or, without the flag and where they are no UTF-8, in code page 437", async () => {
    const cp437 = (name: string) =>
      Uint8Array.from(name, (letter) => ({ Ä: 0x8e, é: 0x82 })[letter] ?? letter.charCodeAt(0));
    const reader = zipOf([
      { name: cp437("obs/Äé"), bytes: text("old PC") },
      { name: "obs/Ä", bytes: text("flag"), flags: 1 << 11 },
      { name: "obs/é", bytes: text("no flag") },
    ]);
    const zip = await readZipDirectory(reader, 2 ** 30);
    expect([...zip.names("obs/")]).toEqual(["Äé", "Ä", "é"]);
    expect(["Äé", "Ä", "é"].map((name) => zip.find(`obs/${name}`)?.uncompressedSize)).toEqual([6, 4, 7]);
    expect([...zip.bounds()].at(-1)).toBe(3 * 30 + 6 + 6 + 6 + 6 + 4 + 7);
  });

  it("with the flag of UTF-8 on a name that is none is refused", async () => {
    const reader = zipOf([{ name: ".zgroup" }, { name: Uint8Array.of(0x61, 0xe4), flags: 1 << 11 }]);
    await expect(zipStore("a.zip", reader, { format: FORMAT })).rejects.toThrow(
      "member 2, whose name should be UTF-8",
    );
  });

  it("of 300,000 members takes a few dozen bytes each, and says so", async () => {
    const reader = manyMembers(300_000);
    const anyRoot = { ...FORMAT, rootDocuments: ["0000000"] };
    const store = await zipStore("a.zip", reader, { format: anyRoot, mostBytes: 2 ** 31 });
    expect(store.heldBytes).toBeGreaterThan(300_000 * 60);
    expect(store.heldBytes).toBeLessThan(300_000 * 120);
    expect(await store.get("/0299999")).toHaveLength(0);
    expect(await store.get("/0300000")).toBeUndefined();
    await expect(zipStore("a.zip", reader, { format: FORMAT, mostBytes: 2 ** 26 })).rejects.toThrow(
      /a directory of \d+ bytes.*`maxMemory`/,
    );
  });

  it.each([
    ["tells of more members than it has", zipOf([{ name: "a" }], { count: 3 }), /3 members in/],
    [
      "tells of billions",
      zipOf([{ name: "a" }], { count: 2 ** 40, isLarge: true }),
      /1099511627776 members in/,
    ],
    ["tells of more than lie in it", zipOf([{ name: "a".repeat(60) }], { count: 2 }), /ends after 1 of 2/],
    ["is not there", readerOf(new Uint8Array(100)), /no directory at its end/],
    ["of nothing", readerOf(new Uint8Array(0)), /no directory at its end/],
  ])("that %s is refused", async (_, reader, found) => {
    const error = await zipStore("a.zip", reader, { format: FORMAT }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toMatch(found);
  });

  it("that lies or is damaged anywhere ends in an error or a store, never in a hang", async () => {
    const { read, getLength } = zipOf([
      { name: ".zgroup", bytes: text("{}") },
      { name: "X/0", bytes: text("x") },
    ]);
    const whole = await read(0, await getLength());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const store = await zipStore("a.zip", readerOf(bytes), {
            format: FORMAT,
            mostBytes: 2 ** 24,
          }).catch((error) => {
            expect(error).toBeInstanceOf(StoreError);
          });
          await store?.get("/X/0").catch(() => undefined);
        },
      ),
      { numRuns: 300 },
    );
  });
});
