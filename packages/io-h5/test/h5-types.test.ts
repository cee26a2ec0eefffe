import { describe, expect, it } from "vitest";
import { hdf5Store, openHdf5 } from "../src/index.js";
import { bytesReader, fixture, readItems } from "./h5-tools.js";

const NAMES = Array.from(
  { length: 60 },
  (_, i) => ["spot", "zellé", "", "基因"][i % 4] + String(i).repeat(i % 3),
);
const numbers = (count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => value(i));

/** A file whose bytes of a word are others: Latin-1 in place of ASCII. */
async function withLatin1(word: string): Promise<Uint8Array> {
  const reader = await fixture("types-earliest.h5");
  const bytes = await reader.read(0, await reader.getLength());
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = file.indexOf(`${word}\0`);
  expect(at).toBeGreaterThan(0);
  for (; file.indexOf(`${word}\0`) >= 0; ) file[file.indexOf(`${word}\0`) + 1] = 0xe4;
  return bytes;
}

describe("a name that is not UTF-8", () => {
  it("of a dataset is refused when it is asked for, and no other", async () => {
    const store = await hdf5Store(bytesReader(await withLatin1("level")), { name: "types.h5" });
    const names = await store.list("/obs");
    const name = names.find((one) => one.startsWith("l\ufffd"));
    expect(name).toBeDefined();
    await expect(store.get(`/obs/${name}/.zarray`)).rejects.toThrow(/not UTF-8.*Latin-1/s);
    expect(await store.get("/obs/level/.zarray")).toBeUndefined();
    expect(await readItems(store, "obs/fixed")).toEqual(NAMES);
  });

  it("of a member of records is refused when it is asked for, and no other", async () => {
    const store = await hdf5Store(bytesReader(await withLatin1("tag")), { name: "types.h5" });
    await expect(store.get("/records/t\ufffdg/.zarray")).rejects.toThrow("not UTF-8");
    expect(await readItems(store, "records/geneID")).toEqual(numbers(50, (i) => i));
  });
});

describe.each(["earliest", "latest"])("a file for the %s HDF5", (version) => {
  const open = async () => {
    const reader = await fixture(`types-${version}.h5`);
    return { file: await openHdf5(reader, "types.h5"), store: await hdf5Store(reader, { name: "types.h5" }) };
  };

  it("has its texts, booleans and enumerations", async () => {
    const { store } = await open();
    for (const name of ["vlen", "vlen-chunked", "fixed"]) {
      expect(await readItems(store, `obs/${name}`)).toEqual(NAMES);
    }
    expect(await readItems(store, "obs/long")).toEqual(["x".repeat(9000), "y"]);
    expect(await readItems(store, "obs/flag")).toEqual(numbers(30, (i) => Number(i % 3 === 0)));
    const flag = JSON.parse(new TextDecoder().decode(await store.get("/obs/flag/.zarray")));
    expect(flag).toMatchObject({ dtype: "|b1", fill_value: false });
    expect(await readItems(store, "obs/level")).toEqual(numbers(9, (i) => (i % 3) - 1));
  });

  it("has records as groups of their members", async () => {
    const { file, store } = await open();
    const node = await file.node("records");
    expect(node?.kind === "dataset" && node.type).toMatchObject({
      kind: "compound",
      size: 30,
      members: [
        { name: "geneID", offset: 0, type: { kind: "integer", size: 4, isSigned: false } },
        { name: "a long name of a member", offset: 4, type: { kind: "float", size: 8 } },
        { name: "tag", offset: 12, type: { kind: "string", size: 5 } },
        { name: "box", offset: 17, type: { kind: "array", shape: [2, 3] } },
        { name: "on", offset: 29, type: { kind: "enum" } },
      ],
    });
    expect(await store.list("/records")).toEqual(["geneID", "a long name of a member", "tag", "box", "on"]);
    expect(await store.get("/records/.zgroup")).toBeDefined();
    expect(await store.get("/records/geneID/.zgroup")).toBeUndefined();
    expect(await readItems(store, "records/geneID")).toEqual(numbers(50, (i) => i));
    expect(await readItems(store, "records/a long name of a member")).toEqual(numbers(50, (i) => i / 4));
    expect(await readItems(store, "records/tag")).toEqual(numbers(50, (i) => i).map((i) => `ab${i}`));
    expect(await readItems(store, "records/box")).toEqual(numbers(300, (i) => i));
    expect(await readItems(store, "records/on")).toEqual(numbers(50, (i) => Number(i % 2 === 0)));
    expect(await store.get("/records/nothing/.zarray")).toBeUndefined();
  });

  it("has its attributes", async () => {
    const { file, store } = await open();
    expect(await (await file.node(""))?.attributes()).toEqual({
      shape: [3, 4],
      text: "utf é",
      bytes: "old",
      names: ["a", "b", "é"],
      "no names": [],
      flag: true,
      half: 0.5,
      empty: null,
      pairs: [
        [0, 1, 2],
        [3, 4, 5],
      ],
    });
    const many = await (await file.node("obs"))?.attributes();
    expect(Object.keys(many ?? {})).toHaveLength(30);
    expect(many?.["attribute 7"]).toBe(3.5);
    expect(JSON.parse(new TextDecoder().decode(await store.get("/obs/flag/.zattrs")))).toEqual({
      categories: "vlen",
    });
    expect(await readItems(store, "refs")).toEqual(["/obs", "/obs/flag"]);
  });

  it("has groups of many members, and links within it", async () => {
    const { file, store } = await open();
    expect(await store.list("/many")).toHaveLength(31);
    expect(await readItems(store, "many/member 29")).toEqual([29]);
    expect(await readItems(store, "many/relative")).toEqual([7]);
    expect(await readItems(store, "soft")).toEqual(await readItems(store, "obs/flag"));
    expect((await file.node("hard/flag"))?.kind).toBe("dataset");
    expect(await file.node("obs/flag/deeper")).toBeUndefined();
    expect(await readItems(store, "empty")).toEqual([]);
    expect(await readItems(store, "none")).toEqual([]);
  });

  it("refuses by name what it cannot read, and reads the rest", async () => {
    const { file, store } = await open();
    await expect(file.node("loop")).rejects.toThrow("links that lead to each other");
    await expect(file.node("elsewhere/x")).rejects.toThrow("a link into another file");
    await expect(store.get("/refused/szip-like/.zarray")).rejects.toThrow(/scale-offset.*h5repack/s);
    await expect(store.get("/refused/runs/.zarray")).rejects.toThrow("runs of any length");
    await expect(store.get("/refused/outside/.zarray")).rejects.toThrow("external storage");
    if (version === "latest")
      await expect(store.get("/refused/virtual/.zarray")).rejects.toThrow(/virtual.*h5repack/s);
    expect((await store.list("/refused")).length).toBeGreaterThan(2);
  });
});
