import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import type { StoreAccess } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { diskCache } from "../../stores/src/node/remote/disk-cache.js";
import { storedZip } from "../../stores/test/read-stored-zip.js";
import { fromMap, QUICK, testFolder, testServer } from "../../stores/test/remote-tools.js";
import { openSpatial } from "../src/index.js";
import { openStore } from "../src/node.js";
import { type Rows, tinyAnnData } from "./read-tiny-anndata.js";
import { shardArray } from "./shard-encoder.js";

const ROWS: Rows = Array.from({ length: 60 }, (_, i) =>
  Array.from({ length: 9 }, (_, j) => (i * 5 + j * 3) % 4),
);

function files(shards = 0): Map<string, Uint8Array> {
  const zarr = tinyAnnData(ROWS, { format: 3, chunkLength: 25 });
  if (shards > 0) for (const path of ["X/data", "X/indices"]) shardArray(zarr.files, path, [shards]);
  return new Map([...zarr.files].map(([key, bytes]) => [`a.zarr/${key}`, bytes]));
}

async function read(url: string, access: StoreAccess) {
  const store = await openStore(url, { ...QUICK, ...access });
  const { counts } = await openSpatial(store);
  return { store, counts, values: await collect(counts) };
}

async function entries(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

describe("a cache on the disk", () => {
  it.each([0, 3])(
    "a store in shards of %i chunks is fetched once; a later run only asks whether it changed",
    async (shards) => {
      const all = files(shards);
      const server = await testServer({ read: fromMap(all) });
      const cache = await testFolder();
      const url = `${server.url}/a.zarr`;
      const first = await read(url, { cache });
      const fetched = server.requests.length;
      expect(await collect(first.counts)).toEqual(first.values);
      expect(server.requests.length).toBe(fetched);
      expect(first.store.transfer?.().bytesFromCache).toBeGreaterThan(500);

      server.requests.length = 0;
      const second = await read(url, { cache });
      expect(second.values).toEqual(first.values);
      const objects = server.requests.filter(({ status }) => status === 304);
      expect(objects.length).toBe(new Set(objects.map(({ key }) => key)).size);
      expect(server.requests.filter(({ status }) => status !== 304 && status !== 404)).toEqual([]);
    },
  );

  it("a zip is fetched once, too", async () => {
    const members = [...tinyAnnData(ROWS, { chunkLength: 25 }).files];
    const zip = storedZip([...members, ["ballast", new Uint8Array(200_000)]]);
    const server = await testServer({ read: fromMap(new Map([["a.zip", zip]])) });
    const cache = await testFolder();
    const first = await read(`${server.url}/a.zip`, { cache });
    server.requests.length = 0;
    expect((await read(`${server.url}/a.zip`, { cache })).values).toEqual(first.values);
    expect(server.requests.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(2);
  });

  it("what has changed is fetched again", async () => {
    const all = files();
    const server = await testServer({ read: fromMap(all) });
    const cache = await testFolder();
    await read(`${server.url}/a.zarr`, { cache });
    const key = "a.zarr/X/data/c/1";
    all.set(key, new Uint8Array(Float32Array.from({ length: 25 }, () => 9).buffer));
    const changed = await read(`${server.url}/a.zarr`, { cache });
    expect(changed.values).toEqual((await read(`${server.url}/a.zarr`, {})).values);
    expect([...changed.values.values].filter((value) => value === 9)).toHaveLength(25);
  });

  it("a change under a run is an error with a cache as well", async () => {
    const all = files();
    const server = await testServer({ read: fromMap(all) });
    const cache = await testFolder();
    const { counts } = await read(`${server.url}/a.zarr`, { cache });
    const key = "a.zarr/X/data/c/1";
    all.set(key, new Uint8Array(100));
    // Another run brings the new version into the cache.
    await read(`${server.url}/a.zarr`, { cache }).catch(() => undefined);
    await expect(collect(counts)).rejects.toThrow("another version");
  });

  it("entries that are damaged are fetched again", async () => {
    const server = await testServer({ read: fromMap(files()) });
    const cache = await testFolder();
    const first = await read(`${server.url}/a.zarr`, { cache });
    const all = await entries(cache);
    for (const [i, path] of all.entries()) {
      const bytes = await readFile(path);
      await writeFile(
        path,
        i % 3 === 0 ? bytes.subarray(0, -1) : bytes.fill(bytes[bytes.length - 1] ^ 1, bytes.length - 1),
      );
    }
    expect((await read(`${server.url}/a.zarr`, { cache })).values).toEqual(first.values);
  });

  it("runs at the same time use it without harm", async () => {
    const server = await testServer({ read: fromMap(files(3)) });
    const cache = await testFolder();
    const url = `${server.url}/a.zarr`;
    const all = await Promise.all(Array.from({ length: 6 }, () => read(url, { cache, cacheBytes: 3000 })));
    for (const { values } of all) expect(values).toEqual(all[0].values);
    expect((await entries(cache)).every((path) => !/\.[^/]*$/.test(path.slice(cache.length)))).toBe(true);
  });

  it("holds no more than it may; what was used last stays", async () => {
    const folder = await testFolder();
    const cache = await diskCache(folder, 10_000);
    const put = (id: string) => cache.put(id, { etag: '"e"', bytes: new Uint8Array(900).fill(id.length) });
    await put("first");
    for (let i = 0; i < 9; i++) await put(`old ${i}`);
    for (const [i, path] of (await entries(folder)).entries()) await utimes(path, 1000 + i, 1000 + i);
    expect(await cache.get("first", 1000)).toBeDefined();
    for (let i = 0; i < 5; i++) await put(`more ${i}`);
    const sizes = await Promise.all((await entries(folder)).map(async (path) => (await stat(path)).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_000);
    expect(await cache.get("more 4", 1000)).toMatchObject({ etag: '"e"' });
    expect(await cache.get("first", 1000)).toBeDefined();
    const old = await Promise.all(Array.from({ length: 9 }, (_, i) => cache.get(`old ${i}`, 1000)));
    expect(old.filter(Boolean).length).toBeLessThan(6);
    await cache.put("huge", { etag: '"e"', bytes: new Uint8Array(20_000) });
    expect(await cache.get("huge", 100_000)).toBeUndefined();
  });

  it("without an ETag nothing is kept", async () => {
    const server = await testServer({ read: fromMap(files()), withoutEtags: true });
    const cache = await testFolder();
    const first = await read(`${server.url}/a.zarr`, { cache });
    expect((await read(`${server.url}/a.zarr`, { cache })).values).toEqual(first.values);
    expect(await entries(cache)).toEqual([]);
  });

  it("no secret is in its files or their names", async () => {
    const server = await testServer({ read: fromMap(files()) });
    const cache = await testFolder();
    await read(`${server.url}/a.zarr?sig=TOPSECRET`, { cache });
    const all = await entries(cache);
    expect(all.length).toBeGreaterThan(5);
    const texts = await Promise.all(all.map((path) => readFile(path, "latin1")));
    expect([...all, ...texts].join()).not.toContain("TOPSECRET");
    // Another signature finds the same bytes.
    server.requests.length = 0;
    await read(`${server.url}/a.zarr?sig=OTHER`, { cache });
    expect(server.requests.some(({ status }) => status === 200 || status === 206)).toBe(false);
  });

  it.each([0, -1, Number.NaN])("refuses the limit %s", async (cacheBytes) => {
    await expect(diskCache(await testFolder(), cacheBytes)).rejects.toThrow("option cacheBytes");
  });

  it("a folder that cannot be made is told", async () => {
    const file = join(await testFolder(), "file");
    await writeFile(file, "");
    await expect(diskCache(join(file, "cache"))).rejects.toMatchObject({ tag: "StoreError" });
  });
});
