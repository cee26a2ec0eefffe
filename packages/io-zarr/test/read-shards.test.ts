import { collect } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import type { ReadableStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { openSpatial } from "../src/index.js";
import { type Rows, tinyAnnData } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";
import { encodeShard, type ShardOptions, shardArray } from "./shard-encoder.js";

const ROWS: Rows = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 7 }, (_, j) => ((i * 5 + j * 3) % 4 === 0 ? 0 : 1 + ((i + j) % 6))),
);
const SPARSE = ["X/data", "X/indices", "X/indptr"];

/** The store of ROWS with the chunks of X in shards; ranges are read as such, and noted. */
function shardedStore(factor: number, options: ShardOptions = {}, encoding: "csr" | "csc" = "csr") {
  const zarr = tinyAnnData(ROWS, { format: 3, chunkLength: 9, encoding });
  for (const path of SPARSE) shardArray(zarr.files, path, [factor], options);
  return withRanges(zarr);
}

function withRanges(zarr: TinyZarr) {
  const reads: { key: string; length: number; isIndex: boolean }[] = [];
  const store: ReadableStore = {
    get: (key, options) => zarr.get(key, options),
    async getRange(key, range) {
      const bytes = zarr.files.get(key.slice(1));
      if (!bytes) return undefined;
      const start = "suffixLength" in range ? Math.max(0, bytes.length - range.suffixLength) : range.offset;
      const end = "suffixLength" in range ? bytes.length : start + range.length;
      const part = bytes.slice(start, end);
      reads.push({ key, length: part.length, isIndex: "suffixLength" in range });
      return part;
    },
  };
  return { zarr, store, reads };
}

const countsOf = async (store: ReadableStore) => (await openSpatial(store)).counts;

describe("shards", () => {
  it.each<[number, ShardOptions]>([
    [1, {}],
    [4, {}],
    [4, { indexLocation: "start" }],
    [1000, { checksum: false }],
  ])("of %i chunks (%o) hold what chunks of their own do", async (factor, options) => {
    const expected = await collect(await countsOf(tinyAnnData(ROWS, { format: 3, chunkLength: 9 })));
    const { store } = shardedStore(factor, options);
    const counts = await countsOf(store);
    expect(await collect(counts)).toEqual(expected);
    await checkSource(counts);
  });

  it("are read by genes as well", async () => {
    const expected = await collect(await countsOf(tinyAnnData(ROWS, { format: 3, chunkLength: 9 })));
    expect(await collect(await countsOf(shardedStore(3, {}, "csc").store))).toEqual(expected);
  });

  it("of a dense matrix, along both axes", async () => {
    const zarr = tinyAnnData(ROWS, { format: 3, encoding: "dense", chunkLength: 3 });
    const expected = await collect(await countsOf(zarr));
    shardArray(zarr.files, "X", [2, 2]);
    expect(await collect(await countsOf(withRanges(zarr).store))).toEqual(expected);
  });

  it("are never read whole: the index once, and each chunk once", async () => {
    const { zarr, store, reads } = shardedStore(4);
    await collect(await countsOf(store));
    for (const path of ["X/data", "X/indices"]) {
      const own = reads.filter(({ key }) => key.startsWith(`/${path}/`));
      const shardCount = [...zarr.files.keys()].filter((key) => key.startsWith(`${path}/c/`)).length;
      expect(shardCount).toBeGreaterThan(3);
      expect(own.filter(({ isIndex }) => isIndex)).toHaveLength(shardCount);
      const bytes = own.reduce((sum, { length }) => sum + length, 0);
      const stored = [...zarr.files].filter(([key]) => key.startsWith(`${path}/c/`));
      expect(bytes).toBe(stored.reduce((sum, [, { length }]) => sum + length, 0));
      expect(Math.max(...own.map(({ length }) => length))).toBeLessThan(4 * 16 + 5);
    }
    expect(zarr.reads.filter((key) => key.includes("/c/") && key.startsWith("X/"))).toEqual([]);
  });

  it("are read whole from a store that knows no ranges", async () => {
    const zarr = tinyAnnData(ROWS, { format: 3, chunkLength: 9 });
    const expected = await collect(await countsOf(zarr));
    for (const path of SPARSE) shardArray(zarr.files, path, [4]);
    expect(await collect(await countsOf(zarr))).toEqual(expected);
  });

  it("a range of spots reads the chunks it touches", async () => {
    const { store, reads } = shardedStore(4);
    const counts = await countsOf(store);
    for await (const _ of counts.chunks({ spotRange: { start: 20, end: 21 } })) {
      // Reading is the point.
    }
    const chunks = reads.filter(({ key, isIndex }) => key.startsWith("/X/data/") && !isIndex);
    expect(chunks.length).toBeLessThanOrEqual(2);
  });

  it("a chunk left out of an index stands for the fill value where that can be meant", async () => {
    const zarr = tinyAnnData(ROWS, { format: 3, encoding: "dense", chunkLength: 7 });
    const withoutFirst = tinyAnnData(
      ROWS.map((row, i) => (i < 7 ? row.map(() => 0) : row)),
      { format: 3, encoding: "dense", chunkLength: 7 },
    );
    zarr.files.delete("X/c/0/0");
    shardArray(zarr.files, "X", [3, 1]);
    const found = await collect(await countsOf(withRanges(zarr).store));
    expect(found).toEqual(await collect(await countsOf(withoutFirst)));
  });

  it("a lost chunk of a sparse matrix is an error, in its shard or with it", async () => {
    const inShard = tinyAnnData(ROWS, { format: 3, chunkLength: 9 });
    inShard.files.delete("X/data/c/5");
    shardArray(inShard.files, "X/data", [4]);
    await expect(collect(await countsOf(withRanges(inShard).store))).rejects.toThrow("no chunk X/data/c/1");
    const { zarr, store } = shardedStore(4);
    zarr.files.delete("X/data/c/1");
    await expect(collect(await countsOf(store))).rejects.toThrow("no chunk X/data/c/1");
  });

  it.each<[string, (shard: Uint8Array) => Uint8Array, RegExp]>([
    ["is cut short", (shard) => shard.slice(0, 20), /index is 20 bytes long, not 68/],
    ["has a flipped bit in its index", (shard) => shard.with(shard.length - 30, 255), /crc32c|checksum/i],
    [
      "points beyond its end",
      () => encodeShard([new Uint8Array(36), undefined, undefined, undefined], "end").with(-60, 0),
      /X\/data/,
    ],
  ])("a shard that %s is an error that names it", async (_name, damage, message) => {
    const { zarr, store } = shardedStore(4);
    const key = "X/data/c/1";
    zarr.files.set(key, damage(zarr.files.get(key) as Uint8Array));
    const error = await collect(await countsOf(store)).catch((thrown) => thrown);
    expect(error.tag).toBe("FormatError");
    expect(error.message).toMatch(message);
  });

  it("an index that promises what cannot be is refused before anything is read", async () => {
    const { zarr, store } = shardedStore(4, { checksum: false });
    const shard = zarr.files.get("X/data/c/1") as Uint8Array;
    const index = new DataView(shard.buffer, shard.length - 64);
    index.setBigUint64(8, 2n ** 40n, true);
    await expect(collect(await countsOf(store))).rejects.toThrow(/a chunk 1099511627776 bytes/);
    index.setBigUint64(0, 2n ** 63n, true);
    await expect(collect(await countsOf(store))).rejects.toThrow(/puts a chunk at 9223372036854775808/);
  });

  it.each<[string, (configuration: Record<string, unknown>, metadata: Record<string, unknown>) => void]>([
    ["compressed as a whole", (_, metadata) => (metadata.codecs as unknown[]).push({ name: "gzip" })],
    [
      "of shards",
      (own) => Object.assign(own, { codecs: [{ name: "sharding_indexed", configuration: { ...own } }] }),
    ],
    ["with a compressed index", (own) => (own.index_codecs as unknown[]).push({ name: "gzip" })],
    ["with an index in the middle", (own) => Object.assign(own, { index_location: "middle" })],
    ["of chunks that do not divide them", (own) => Object.assign(own, { chunk_shape: [7] })],
    [
      "of a thousand million chunks",
      (_, metadata) =>
        Object.assign(metadata, {
          chunk_grid: { name: "regular", configuration: { chunk_shape: [9e9] } },
        }),
    ],
  ])("shards %s are refused", async (_name, change) => {
    const { zarr, store } = shardedStore(4);
    const metadata = JSON.parse(new TextDecoder().decode(zarr.files.get("X/data/zarr.json")));
    change(metadata.codecs[0].configuration, metadata);
    zarr.json("X/data/zarr.json", metadata);
    await expect(countsOf(store)).rejects.toMatchObject({ tag: "FormatError" });
  });
});
