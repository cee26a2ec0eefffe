import { collect } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { inspectStore, openSpatial } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { tinyAnnData, writeMatrix } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";

const ROWS = [
  [0, 3, 0, 1],
  [5, 0, 0, 2],
  [1, 1, 1, 1],
];

function documents(zarr: TinyZarr): Record<string, unknown> {
  const entries = [...zarr.files].filter(([key]) => /\.z(array|group|attrs)$/.test(key));
  return Object.fromEntries(
    entries.map(([key, bytes]) => [key, JSON.parse(new TextDecoder().decode(bytes))]),
  );
}

describe("consolidated metadata", () => {
  it("with bare NaN and Infinity, as Python writes them, is understood", async () => {
    const zarr = tinyAnnData(ROWS);
    const text = JSON.stringify({ metadata: documents(zarr), zarr_consolidated_format: 1 })
      .replaceAll('"fill_value":0', '"fill_value":NaN')
      .replace('"fill_value":NaN', '"fill_value":-Infinity');
    expect(() => JSON.parse(text)).toThrow();
    for (const key of zarr.files.keys()) if (/\.z(array|group|attrs)$/.test(key)) zarr.files.delete(key);
    zarr.files.set(".zmetadata", new TextEncoder().encode(text));
    const dataset = await openSpatial(zarr);
    expect((await collect(dataset.counts)).values).toHaveLength(8);
    expect((await inspectStore(zarr)).consolidated).toBe(true);
  });

  it("does not touch such words inside of names", async () => {
    const zarr = tinyAnnData(ROWS);
    const attributes = { note: 'a "NaN", an Infinity \\ and -Infinity', value: "X" };
    zarr.json("uns/.zattrs", attributes);
    const text = JSON.stringify({ metadata: documents(zarr) }).replace('"value":"X"', '"value":NaN');
    zarr.files.set(".zmetadata", new TextEncoder().encode(text));
    expect((await inspectStore(zarr)).consolidated).toBe(true);
  });

  it("that cannot be read, or lacks a node, is made up for by the nodes' own", async () => {
    for (const metadata of [
      "{",
      "[]",
      '{"hello": "world"}',
      '{"metadata": {}}',
      '{"metadata": {".zgroup": {}}}',
    ]) {
      const zarr = tinyAnnData(ROWS);
      zarr.files.set(".zmetadata", new TextEncoder().encode(metadata));
      expect((await collect((await openSpatial(zarr)).counts)).values).toHaveLength(8);
    }
  });
});

describe("shards", () => {
  /** Puts the chunks of a v3 array into shards of `perShard` chunks, the last possibly absent, with an index at the end. */
  function shard(zarr: TinyZarr, path: string, perShard: number, without: number[] = []): void {
    const key = `${path}/zarr.json`;
    const document = JSON.parse(new TextDecoder().decode(zarr.files.get(key)));
    const inner: number[] = document.chunk_grid.configuration.chunk_shape;
    const chunkCount = Math.ceil(document.shape[0] / inner[0]);
    document.codecs = [
      {
        name: "sharding_indexed",
        configuration: {
          chunk_shape: inner,
          codecs: document.codecs,
          index_codecs: [{ name: "bytes" }],
          index_location: "end",
        },
      },
    ];
    document.chunk_grid.configuration.chunk_shape = [perShard * inner[0]];
    zarr.json(key, document);
    const chunks = Array.from(
      { length: chunkCount },
      (_, i) => zarr.files.get(`${path}/c/${i}`) as Uint8Array,
    );
    for (let i = 0; i < chunkCount; i++) zarr.files.delete(`${path}/c/${i}`);
    for (let s = 0; s * perShard < chunkCount; s++) {
      const index = new BigUint64Array(2 * perShard).fill(2n ** 64n - 1n);
      const bytes: number[] = [];
      for (let i = 0; i < perShard; i++) {
        const chunk = chunks[s * perShard + i];
        if (!chunk || without.includes(s * perShard + i)) continue;
        index[2 * i] = BigInt(bytes.length);
        index[2 * i + 1] = BigInt(chunk.length);
        bytes.push(...chunk);
      }
      zarr.files.set(`${path}/c/${s}`, Uint8Array.of(...bytes, ...new Uint8Array(index.buffer)));
    }
  }

  it("are read by inner chunks", async () => {
    for (const encoding of ["csr", "csc"] as const) {
      const zarr = tinyAnnData(ROWS, { format: 3, encoding, chunkLength: 2 });
      const plain = await collect((await openSpatial(zarr)).counts);
      for (const name of ["data", "indices", "indptr"]) shard(zarr, `X/${name}`, 3);
      const { counts, matrix } = await openSpatial(zarr, { maxChunkBytes: 16 });
      expect(matrix.chunkShape).toEqual([2]);
      expect(matrix.codecs).toEqual(["sharding_indexed", "bytes"]);
      expect(await collect(counts)).toEqual(plain);
      await checkSource(counts);
    }
  });

  it("that lack an inner chunk, or are cut, are refused", async () => {
    const lacking = tinyAnnData(ROWS, { format: 3, chunkLength: 2 });
    shard(lacking, "X/data", 3, [1]);
    await expect(collect((await openSpatial(lacking)).counts)).rejects.toMatchObject({
      tag: "FormatError",
      path: "X/data",
      found: "no chunk X/data/c/0",
    });
    const cut = tinyAnnData(ROWS, { format: 3, chunkLength: 2 });
    shard(cut, "X/data", 3);
    const bytes = cut.files.get("X/data/c/0") as Uint8Array;
    cut.files.set("X/data/c/0", bytes.slice(0, bytes.length - 8));
    await expect(collect((await openSpatial(cut)).counts)).rejects.toMatchObject({
      tag: "FormatError",
      path: "X/data",
    });
  });
});

describe("a summary", () => {
  it("tells what a store holds, from its metadata alone", async () => {
    const zarr = tinyAnnData(ROWS, { labels: ["a", "b", "a"], chunkLength: 5 });
    writeMatrix(zarr, "layers/dense", ROWS, { encoding: "dense", dataType: "int16" });
    writeMatrix(zarr, "layers/odd", ROWS, {});
    zarr.json("layers/odd/.zattrs", { "encoding-type": "coo_matrix" });
    zarr.group("obsm/deep", { "encoding-type": "awkward-array", "encoding-version": "0.1.0" });
    const summary = await inspectStore(zarr);
    expect(summary).toEqual({
      zarrFormat: 2,
      consolidated: false,
      rowCount: 3,
      geneCount: 4,
      matrices: [
        {
          path: "X",
          encoding: "csr",
          shape: [3, 4],
          dataType: "float32",
          chunkShape: [5],
          codecs: [],
          isCompressed: false,
          isHandedOver: false,
          nonZeroCount: 8,
          readAheadBytes: 0,
        },
        {
          path: "layers/dense",
          encoding: "dense",
          shape: [3, 4],
          dataType: "int16",
          chunkShape: [3, 4],
          codecs: [],
          isCompressed: false,
          isHandedOver: false,
          nonZeroCount: undefined,
          readAheadBytes: 0,
        },
      ],
      obsColumns: [{ name: "cell_type", kind: "string" }],
      obsm: [
        { key: "deep", encoding: "unsupported", shape: [] },
        { key: "spatial", encoding: "array", shape: [3, 2] },
      ],
      coordinates: "obsm/spatial",
      coordinateCandidates: [],
      sections: undefined,
      unreadable: [{ path: "layers/odd", reason: expect.stringContaining("coo_matrix") }],
      complete: true,
    });
    expect(zarr.reads.filter((key) => /\/\d/.test(key))).toEqual([]);
  });

  it("says where a store cannot tell all that it holds", async () => {
    const zarr = tinyAnnData(ROWS);
    const get = zarr.get.bind(zarr);
    const summary = await inspectStore({ get });
    expect(summary).toMatchObject({ complete: false, obsm: [], coordinates: "obsm/spatial" });
    const list = () => Promise.reject(new Error("not allowed"));
    expect(await inspectStore({ get, list })).toEqual(summary);
  });
});
