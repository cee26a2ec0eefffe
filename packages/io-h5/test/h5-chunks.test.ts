import { describe, expect, it } from "vitest";
import { hdf5Store, openHdf5 } from "../src/index.js";
import { fixture, readItems } from "./h5-tools.js";

/** Which index a dataset has by the version of HDF5 that it was written for. */
const NEW_INDEXES: Readonly<Record<string, string>> = {
  one: "single",
  "one-gzip": "single",
  fixed: "fixed",
  "fixed-lzf": "fixed",
  "fixed-pages": "fixed",
  "room-to-grow": "fixed",
  extensible: "extensible",
  "extensible-second": "extensible",
  "extensible-super": "extensible",
  tree: "tree2",
  "tree-gzip": "tree2",
  checked: "fixed",
  implicit: "implicit",
};

describe.each(["earliest", "latest"])("chunks of a file for the %s HDF5", (version) => {
  it("are those that were written, however they are found", async () => {
    const reader = await fixture(`indexes-${version}.h5`);
    const file = await openHdf5(reader);
    const store = await hdf5Store(reader);
    const names = await store.list("/");
    expect(names.length).toBeGreaterThan(12);
    for (const name of names) {
      const node = await file.node(name);
      if (node?.kind !== "dataset") throw new Error(name);
      const { layout } = node.facts;
      const plain = name.replace("-half", "");
      const expected = version === "latest" ? NEW_INDEXES[plain] : "tree";
      expect([name, layout.kind === "chunked" ? layout.index.kind : expected]).toEqual([name, expected]);
      const items = await readItems(store, name);
      const rows = node.shape?.[0] ?? 1;
      const written = name.endsWith("-half") ? (items.length / rows) * Math.floor(rows / 3) : items.length;
      const most = plain === "fixed" ? 2 ** 16 : node.type.size === 1 ? 256 : Number.POSITIVE_INFINITY;
      expect([name, items]).toEqual([name, items.map((_, i) => (i < written ? (i % 60000) % most : 7))]);
    }
    if (version === "latest") expect(names).toEqual(expect.arrayContaining(Object.keys(NEW_INDEXES)));
  });

  it("are found the same where their index was handed over", async () => {
    const reader = await fixture(`indexes-${version}.h5`);
    const first = await hdf5Store(reader);
    const names = await first.list("/");
    await first.readIndex(names);
    const second = await hdf5Store(reader, { index: structuredClone(first.index()) });
    for (const name of names) expect(await readItems(second, name)).toEqual(await readItems(first, name));
  });

  it("come in pieces that several of them make up", async () => {
    const store = await hdf5Store(await fixture(`indexes-${version}.h5`));
    const document = JSON.parse(new TextDecoder().decode(await store.get("/fixed-lzf/.zarray")));
    expect(document).toMatchObject({ shape: [300], chunks: [300], dtype: "<f8", compressor: null });
    expect(document.flashdeconv_stored.codecs).toEqual(["shuffle", "lzf", "fletcher32"]);
    expect(await store.get("/fixed-lzf/1")).toBeUndefined();
    expect(await store.get("/fixed/9.9")).toBeUndefined();
  });

  it("are refused where one takes more than its share of the memory", async () => {
    const store = await hdf5Store(await fixture(`indexes-${version}.h5`), { mostBytes: 2000 });
    await expect(store.get("/one-gzip/.zarray")).rejects.toThrow(
      /chunks of 1200 bytes.*at most 500.*h5repack/s,
    );
    expect(await store.get("/contiguous/.zarray")).toBeDefined();
  });
});

it("chunks that zstd and Blosc packed are unpacked, but for those that were stored without", async () => {
  const store = await hdf5Store(await fixture("filters.h5"));
  const names = await store.list("/");
  expect(names).toHaveLength(6);
  for (const name of names) {
    const { flashdeconv_stored } = JSON.parse(new TextDecoder().decode(await store.get(`/${name}/.zarray`)));
    const codec = name.startsWith("zstd") ? "zstd" : "blosc";
    expect(flashdeconv_stored.codecs).toEqual(name === "zstd-shuffle" ? ["shuffle", codec] : [codec]);
    expect([name, await readItems(store, name)]).toEqual([name, Array.from({ length: 400 }, (_, i) => i)]);
  }
});
