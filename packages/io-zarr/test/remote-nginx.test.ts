import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { collect } from "@flashdeconv/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { httpStore } from "../../stores/src/remote/http-store.js";
import { retryingFetch } from "../../stores/src/remote/retrying-fetch.js";
import { hasNginx, nginxServer } from "../../stores/test/nginx-server.js";
import { storedZip } from "../../stores/test/read-stored-zip.js";
import { QUICK, testFolder } from "../../stores/test/remote-tools.js";
import { openSpatial } from "../src/index.js";
import { openStore } from "../src/node.js";
import { type Rows, tinyAnnData } from "./read-tiny-anndata.js";
import { shardArray } from "./shard-encoder.js";

const ROWS: Rows = Array.from({ length: 60 }, (_, i) =>
  Array.from({ length: 9 }, (_, j) => (i * 5 + j * 3) % 4),
);

/** A folder with the store in Zarr v2, in v3 with shards, and in a zip. */
async function stores(): Promise<string> {
  const folder = await testFolder();
  const second = tinyAnnData(ROWS, { format: 2, chunkLength: 25 }).files;
  const third = tinyAnnData(ROWS, { format: 3, chunkLength: 25 }).files;
  for (const path of ["X/data", "X/indices"]) shardArray(third, path, [4]);
  await write(join(folder, "second.zarr"), second);
  await write(join(folder, "third.zarr"), third);
  await writeFile(join(folder, "store.zip"), storedZip([...second, ["ballast", new Uint8Array(200_000)]]));
  return folder;
}

async function write(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [key, bytes] of files) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), bytes);
  }
}

const NAMES = ["second.zarr", "third.zarr", "store.zip"];
const expected = async () => collect((await openSpatial(tinyAnnData(ROWS))).counts);

async function read(location: string) {
  const store = await openStore(location, QUICK);
  const { counts, readCoordinates } = await openSpatial(store);
  await readCoordinates();
  onTestFinished(() => store.close());
  return { store, counts, values: await collect(counts) };
}

/** What a browser does: it asks for compressed bodies whatever a program says. */
function asBrowser(url: string) {
  const fetch = retryingFetch(QUICK, {
    fetch: (input, init) =>
      globalThis.fetch(input, {
        ...init,
        headers: { ...(init?.headers as object), "accept-encoding": "gzip" },
      }),
  });
  return httpStore(url, QUICK, { fetch });
}

const COMPRESSES = ["gzip on;", "gzip_types *;", "gzip_min_length 0;"];

describe.skipIf(!hasNginx)("nginx as a static host (skipped where nginx is not installed)", () => {
  it.each(NAMES)("%s is read as from the disk", async (name) => {
    const folder = await stores();
    const server = await nginxServer(folder);
    const far = await read(`${server.url}/${name}`);
    expect(far.values).toEqual(await expected());
    expect(far.values).toEqual((await read(join(folder, name))).values);
    expect(far.store.transfer?.()).toMatchObject({ retries: 0 });
    const log = await server.log();
    expect(log.every(({ status }) => [200, 206, 404].includes(status))).toBe(true);
    if (name === "store.zip") expect(log.slice(1).every(({ status }) => status === 206)).toBe(true);
  });

  it("a range beyond the end is cut or empty; what is not there, and a folder, are told from it", async () => {
    const folder = await testFolder();
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
    const files = [["a/c/0", bytes] as const, ["a/empty", new Uint8Array(0)] as const];
    await write(folder, new Map(files));
    const server = await nginxServer(folder);
    const store = httpStore(`${server.url}/a`, QUICK);
    expect(await store.getRange("/c/0", { offset: 990, length: 50 })).toEqual(bytes.slice(990));
    expect(await store.getRange("/c/0", { offset: 1000, length: 5 })).toEqual(new Uint8Array(0));
    expect(await store.getRange("/c/0", { suffixLength: 7 })).toEqual(bytes.slice(-7));
    expect(await store.getRange("/c/0", { suffixLength: 7000 })).toEqual(bytes);
    expect(await store.get("/empty")).toEqual(new Uint8Array(0));
    expect(await store.getRange("/empty", { suffixLength: 5 })).toEqual(new Uint8Array(0));
    expect(await store.getRange("/empty", { offset: 0, length: 5 })).toEqual(new Uint8Array(0));
    expect(await store.get("/c/1")).toBeUndefined();
    expect(await store.getRange("/c/1", { offset: 0, length: 4 })).toBeUndefined();
    expect((await server.log()).map(({ status }) => status)).toContain(416);
  });

  it("a chunk that is missing is a FormatError that names it", async () => {
    const folder = await stores();
    const server = await nginxServer(folder, ["location = /second.zarr/X/data/1 { return 404; }"]);
    const store = await openStore(`${server.url}/second.zarr`, QUICK);
    const { counts } = await openSpatial(store);
    await expect(collect(counts)).rejects.toMatchObject({
      tag: "FormatError",
      message: expect.stringContaining("X/data/1"),
    });
  });

  it.each(NAMES)("%s is the same where it compresses what it sends", async (name) => {
    const server = await nginxServer(await stores(), COMPRESSES);
    // Node asks for plain bodies and gets them; lengths are checked and parts are parts.
    expect((await read(`${server.url}/${name}`)).values).toEqual(await expected());
    const plain = await server.log();
    expect(plain.every(({ encoding }) => encoding === undefined)).toBe(true);
    if (name === "store.zip") return;
    const store = asBrowser(`${server.url}/${name}`);
    expect(await collect((await openSpatial(store)).counts)).toEqual(await expected());
    const own = (await server.log()).slice(plain.length).filter(({ status }) => status === 200);
    expect(own.length).toBeGreaterThan(5);
    expect(own.every(({ encoding }) => encoding === "gzip")).toBe(true);
  });

  it("files that lie compressed beside the plain ones are unpacked, whole and in parts", async () => {
    const folder = await stores();
    for (const key of ["second.zarr/X/.zattrs", "second.zarr/X/data/0", "third.zarr/X/data/c/0"]) {
      await writeFile(join(folder, `${key}.gz`), gzipSync(await readFile(join(folder, key))));
    }
    const server = await nginxServer(folder, ["gzip_static always;"]);
    for (const name of ["second.zarr", "third.zarr"]) {
      expect((await read(`${server.url}/${name}`)).values).toEqual(await expected());
    }
    const packed = (await server.log()).filter(({ encoding }) => encoding === "gzip");
    expect(new Set(packed.map(({ path }) => path)).size).toBe(3);
    expect(packed.some(({ range }) => range !== undefined)).toBe(true);
  });

  it("a store that is written anew between two passes is an error", async () => {
    const folder = await stores();
    const server = await nginxServer(folder);
    const { counts } = await read(`${server.url}/second.zarr`);
    const chunk = join(folder, "second.zarr/X/data/1");
    await writeFile(chunk, Buffer.concat([await readFile(chunk), Buffer.of(0)]));
    await expect(collect(counts)).rejects.toThrow("another version of an object");
  });

  it("a cache asks whether objects are still the same, and is answered 304", async () => {
    const server = await nginxServer(await stores());
    const access = { ...QUICK, cache: await testFolder() };
    const url = `${server.url}/third.zarr`;
    const readOnce = async () => collect((await openSpatial(await openStore(url, access))).counts);
    expect(await readOnce()).toEqual(await expected());
    const before = (await server.log()).length;
    expect(await readOnce()).toEqual(await expected());
    const again = (await server.log()).slice(before).map(({ status }) => status);
    expect(again).toContain(304);
    expect(again.filter((status) => status !== 304 && status !== 404)).toEqual([]);
  });
});
