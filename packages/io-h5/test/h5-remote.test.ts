import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { openFile, openLocation, registerFileOpeners } from "@flashdeconv/stores";
import { beforeAll, describe, expect, it } from "vitest";
import { fromFolder, fromMap, QUICK, testFolder, testServer } from "../../stores/test/remote-tools.js";
import { hdf5Opener } from "../src/opener.js";
import { fixturePath } from "./h5-tools.js";

beforeAll(() => registerFileOpeners({ h5: hdf5Opener }));

const USER_BLOCK = 2 ** 17;

/** The fixture behind a block of the user's own, so that its first request does not bring all of it. */
async function serve(name: string) {
  const file = new Uint8Array(await readFile(fixturePath("section.h5ad")));
  const bytes = new Uint8Array(USER_BLOCK + file.length);
  bytes.set(file, USER_BLOCK);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(USER_BLOCK + 24, BigInt(USER_BLOCK), true);
  view.setBigUint64(USER_BLOCK + 40, BigInt(bytes.length), true);
  return testServer({ read: fromMap(new Map([[name, bytes]])) });
}

const summed = async (location: string, access = {}) => {
  const store = await openStore(location, { ...QUICK, ...access });
  const section = await openSpatial(store);
  const { values } = await collect(section.counts);
  await store.close();
  return [...values].reduce((sum, value) => sum + value, 0);
};

describe("an h5ad file behind a URL", () => {
  it("is read by ranges, and by few of them", async () => {
    const server = await serve("section.h5ad");
    const here = await summed(fixturePath("section.h5ad"));
    expect(await summed(`${server.url}/section.h5ad`)).toBe(here);
    // Eight of them look for the signature, behind ever larger blocks of the user's own.
    expect(server.requests.length).toBeLessThanOrEqual(13);
    expect(server.requests.every(({ range }) => range !== undefined)).toBe(true);
  });

  it("is found by its first bytes where its name tells nothing", async () => {
    const server = await serve("section");
    expect(await summed(`${server.url}/section`)).toBe(await summed(fixturePath("section.h5ad")));
    await expect(openStore(`${server.url}/nothing.h5ad`, QUICK)).rejects.toThrow(/no file of HDF5/);
  });

  it("is read again out of a cache, and is another one once it was changed", async () => {
    const server = await serve("section.h5ad");
    const cache = join(await testFolder(), "cache");
    const url = `${server.url}/section.h5ad`;
    const here = await summed(url, { cache });
    const first = server.requests.length;
    expect(await summed(url, { cache })).toBe(here);
    const again = server.requests.slice(first);
    expect(again.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(2);
    expect(again.length).toBeLessThanOrEqual(3);
    const store = await openStore(url, QUICK);
    server.fault = () => ({ kind: "other etag" });
    const section = await openSpatial(store).catch((error) => error);
    const error = section instanceof Error ? section : await collect(section.counts).catch((found) => found);
    expect(error).toMatchObject({ tag: "StoreError", status: 412 });
  });

  it.each(["earliest", "latest"])(
    "of thousands of chunks opens out of a cache with three requests, index and all (%s)",
    async (version) => {
      const folder = await testFolder();
      const code = `import h5py, numpy, sys
f = h5py.File(sys.argv[1], "w", libver=sys.argv[2])
f.create_dataset("data", data=numpy.random.default_rng(1).integers(0, 2**31, 768000, "<i4"), chunks=(256,), maxshape=(None,), compression="gzip")`;
      const made = spawnSync("/usr/bin/python3", ["-c", code, join(folder, "many.h5"), version], {
        encoding: "utf8",
      });
      if (made.status !== 0) return console.warn(`Not tried: no h5py (${made.stderr?.slice(-200)})`);
      const server = await testServer({ read: fromFolder(folder) });
      const open = async () => {
        const from = server.requests.length;
        const store = await openStore(`${server.url}/many.h5`, { ...QUICK, cache: join(folder, "cache") });
        const located = await store.locate?.(["data"]);
        await store.close();
        return { located, requests: server.requests.slice(from) };
      };
      const first = await open();
      const again = await open();
      expect(first.located).toHaveProperty("index.data.addresses.length", 3000);
      expect(again.located).toEqual(first.located);
      expect(first.requests.length).toBeGreaterThan(10);
      expect(again.requests.length).toBeLessThanOrEqual(3);
      expect(again.requests.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(1);
    },
  );

  it("is no longer waited for once the reading is aborted", async () => {
    const server = await serve("section.h5ad");
    const store = await openStore(`${server.url}/section.h5ad`, QUICK);
    const section = await openSpatial(store);
    server.fault = () => ({ kind: "stall" });
    const stop = new AbortController();
    const reading = collect(section.counts, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await expect(reading).rejects.toThrow("enough");
  });

  it("tells threads where its chunks lie", async () => {
    const server = await serve("section.h5ad");
    const store = await openStore(`${server.url}/section.h5ad`, QUICK);
    const location = structuredClone(await store.locate?.(["X", "X/data", "X/indices"]));
    expect(location).toMatchObject({ opener: "h5", file: { opener: "url" }, index: { "X/data": {} } });
    const other = await openLocation(location ?? "", QUICK);
    expect((await openSpatial(other)).spotCount).toBe(30);
    expect((await other.fingerprint?.())?.[""]).toMatch(/^a file, \d+ bytes, "/);
  });
});

describe("one file", () => {
  it("is opened by ranges at a path and a URL", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "a.bin"), "abcdef");
    const here = await openFile(join(folder, "a.bin"));
    expect([await here.getLength(), new TextDecoder().decode(await here.read(2, 3))]).toEqual([6, "cde"]);
    await expect(here.read(4, 3)).rejects.toThrow("bytes 4 to 7 of 6");
    await here.close();
    await expect(openFile(folder)).rejects.toThrow("no file");
    const server = await testServer({
      read: fromMap(new Map([["a.bin", new TextEncoder().encode("abcdef")]])),
    });
    const there = await openFile(`${server.url}/a.bin`, QUICK);
    expect([await there.getLength(), new TextDecoder().decode(await there.read(2, 3))]).toEqual([6, "cde"]);
    expect(there.transfer?.().requests).toBe(1);
  });
});
