import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { collect } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { memoryStore } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { describe, expect, it } from "vitest";
import { storedZip } from "../../stores/test/read-stored-zip.js";
import type { Fault } from "../../stores/test/remote-server.js";
import {
  fromFolder,
  fromMap,
  QUICK,
  QUICK_STALL,
  seededRandom,
  testFolder,
  testServer,
} from "../../stores/test/remote-tools.js";
import { inspectStore, openSpatial, writeAnnData } from "../src/index.js";
import { createStore, openStore } from "../src/node.js";
import { type Rows, tinyAnnData } from "./read-tiny-anndata.js";
import { shardArray } from "./shard-encoder.js";
import { tinySpatialData } from "./tiny-spatialdata.js";

const ROWS: Rows = Array.from({ length: 60 }, (_, i) =>
  Array.from({ length: 9 }, (_, j) => ((i * 5 + j * 3) % 4 === 0 ? 0 : 1 + ((i + j) % 6))),
);

function files(format: 2 | 3, shards = 0): Map<string, Uint8Array> {
  const zarr = tinyAnnData(ROWS, { format, chunkLength: 25 });
  if (shards > 0) for (const path of ["X/data", "X/indices"]) shardArray(zarr.files, path, [shards]);
  return new Map([...zarr.files].map(([key, bytes]) => [`some/where.zarr/${key}`, bytes]));
}

const expected = async () => collect((await openSpatial(tinyAnnData(ROWS))).counts);
const dataBytes = (all: Map<string, Uint8Array>) =>
  [...all]
    .filter(([key]) => /X\/(data|indices)\/(c\/)?\d+$/.test(key))
    .reduce((sum, [, { length }]) => sum + length, 0);

describe("openStore with a URL", () => {
  it.each([2, 3] as const)(
    "reads Zarr v%i over http as from memory, each chunk once a pass",
    async (format) => {
      const all = files(format);
      const server = await testServer({ read: fromMap(all) });
      const store = await openStore(`${server.url}/some/where.zarr`, QUICK);
      const { counts } = await openSpatial(store);
      server.requests.length = 0;
      expect(await collect(counts)).toEqual(await expected());
      const chunks = server.requests.filter(({ key }) => /X\/(data|indices)\//.test(key));
      expect(chunks.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(dataBytes(all));
      await checkSource(counts);
      expect(store.transfer?.().bytesReceived).toBeGreaterThan(dataBytes(all));
      expect((await inspectStore(store)).rowCount).toBe(60);
    },
  );

  it("reads chunks in shards by ranges, those that lie together in one request", async () => {
    const all = files(3, 4);
    const server = await testServer({ read: fromMap(all) });
    const store = await openStore(`${server.url}/some/where.zarr`, QUICK);
    const { counts } = await openSpatial(store);
    expect(await collect(counts)).toEqual(await expected());
    const own = server.requests.filter(({ key }) => /X\/(data|indices)\/c/.test(key));
    expect(own.every(({ range }) => range !== undefined)).toBe(true);
    expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(dataBytes(all));
    const shardCount = new Set(own.map(({ key }) => key)).size;
    expect(own.length).toBeLessThanOrEqual(3 * shardCount);
  });

  it("reads a zip by ranges, a member in one request, and none twice", async () => {
    const members = [...tinyAnnData(ROWS, { chunkLength: 25 }).files].map(
      ([key, bytes]) => [`where.zarr/${key}`, bytes] as const,
    );
    // Larger than what is read with the directory.
    const zip = storedZip([...members, ["where.zarr/uns/ballast", new Uint8Array(200_000)]]);
    const server = await testServer({ read: fromMap(new Map([["where.zarr.zip", zip]])) });
    const store = await openStore(`${server.url}/where.zarr.zip`, QUICK);
    expect(server.requests).toHaveLength(1);
    const { counts } = await openSpatial(store);
    server.requests.length = 0;
    expect(await collect(counts)).toEqual(await expected());
    const sent = server.requests.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sent).toBeLessThan(1.3 * dataBytes(new Map(members)) + 2000);
    await checkSource(counts);
  });

  it("with a fifth of the requests failing in every way, reads the same with 1.3 times the requests", async () => {
    const all = files(3, 3);
    const server = await testServer({ read: fromMap(all) });
    const read = async () => {
      server.requests.length = 0;
      const store = await openStore(`${server.url}/some/where.zarr`, { ...QUICK_STALL, maxAttempts: 20 });
      const { counts } = await openSpatial(store);
      const found = [await collect(counts), await collect(counts), await collect(counts)];
      return { found, requests: server.requests.length };
    };
    const calm = await read();
    const random = seededRandom(7);
    const kinds: Fault[] = [
      { kind: "status", status: 500 },
      { kind: "status", status: 503, retryAfter: "0" },
      { kind: "status", status: 429, retryAfter: "0" },
      { kind: "refuse" },
      { kind: "reset" },
      { kind: "truncate" },
      { kind: "stall" },
    ];
    server.fault = () => (random() < 0.2 ? kinds[Math.floor(random() * kinds.length)] : undefined);
    const stormy = await read();
    expect(stormy.found).toEqual(calm.found);
    expect(stormy.requests).toBeGreaterThan(calm.requests);
    expect(stormy.requests).toBeLessThanOrEqual(1.3 * calm.requests);
  });

  it("a store that changes between two passes is an error", async () => {
    const all = files(2);
    const server = await testServer({ read: fromMap(all) });
    const { counts } = await openSpatial(await openStore(`${server.url}/some/where.zarr`, QUICK));
    await collect(counts);
    const key = "some/where.zarr/X/data/1";
    all.set(key, (all.get(key) as Uint8Array).with(0, 1));
    await expect(collect(counts)).rejects.toThrow(/X\/data\/1: found another version of an object/);
  });

  it("stores of several threads know each other's versions by the buffer they share", async () => {
    const { LEDGER_BYTES } = await import("@flashdeconv/stores/internal");
    const all = files(2);
    const server = await testServer({ read: fromMap(all) });
    const ledger = new SharedArrayBuffer(LEDGER_BYTES);
    const open = async () =>
      (await openSpatial(await openStore(`${server.url}/some/where.zarr`, { ...QUICK, ledger }))).counts;
    const [first, second] = [await open(), await open()];
    await collect(first);
    const key = "some/where.zarr/X/indices/2";
    all.set(key, Uint8Array.from(all.get(key) as Uint8Array).with(0, 1));
    await expect(collect(second)).rejects.toThrow("another version");
  });

  it("reads file URLs and paths alike", async () => {
    const folder = await testFolder();
    const path = join(folder, "a b#c.zarr");
    await writeAnnData(await createStore(path), { spotCount: 1, spotNames: ["s"], geneNames: ["g"] });
    const store = await openStore(pathToFileURL(path).href);
    expect((await inspectStore(store)).rowCount).toBe(1);
    expect(store.transfer).toBeUndefined();
  });

  it.each<[string, RegExp]>([
    ["ftp://host/a.zarr", /the scheme ftp/],
    ["s3:///key", /the bucket ""/],
    ["s3://user:secret@bucket/key", /the bucket/],
    ["file://other-host/a.zarr", /not a path on this machine/],
    ["http://[bad/a.zarr", /not a URL/],
  ])("refuses %s", async (location, message) => {
    const error = await openStore(location, QUICK).catch((thrown) => thrown);
    expect(error.tag).toBe("StoreError");
    expect(error.message).toMatch(message);
  });

  it("says what is missing where there is no store", async () => {
    const server = await testServer({ read: fromFolder(await testFolder()) });
    await expect(openStore(`${server.url}/none.zarr`, QUICK)).rejects.toMatchObject({
      tag: "StoreError",
      path: `${server.url}/none.zarr`,
      found: "neither zarr.json nor .zgroup",
    });
    await expect(openStore(`${server.url}/none.zarr.zip`, QUICK)).rejects.toThrow("404");
  });

  it("a file that is not a zip is told as one", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "a.zip"), new Uint8Array(100_000));
    const server = await testServer({ read: fromFolder(folder) });
    await expect(openStore(`${server.url}/a.zip`, QUICK)).rejects.toThrow("cannot be read as a zip");
  });

  it("tells how much of a matrix is fetched ahead: 16 chunks of each array, or fewer", async () => {
    const near = await openSpatial(tinyAnnData(ROWS));
    expect(near.matrix.readAheadBytes).toBe(0);
    const server = await testServer({ read: fromMap(files(3)) });
    const aheadOf = async (readAheadBytes?: number) => {
      const store = await openStore(`${server.url}/some/where.zarr`, { ...QUICK, readAheadBytes });
      return (await openSpatial(store)).matrix;
    };
    expect((await aheadOf()).readAheadBytes).toBe(2 * 16 * 25 * 4);
    const whole = await testServer({ read: fromMap(new Map(tinyAnnData(ROWS).files)) });
    const { matrix } = await openSpatial(await openStore(whole.url, QUICK));
    expect(matrix.readAheadBytes).toBe(8 * (matrix.nonZeroCount ?? 0));
    // A table of a container is as far as its container.
    const container = tinySpatialData({ tables: { table: { rows: [["a", 1]], counts: [[1, 2]] } } });
    const inside = await testServer({ read: fromMap(container.files) });
    const table = await openSpatial(await openStore(inside.url, QUICK), { table: "table" });
    expect(table.matrix.readAheadBytes).toBeGreaterThan(0);
    expect((await aheadOf(200)).readAheadBytes).toBe(2 * 2 * 25 * 4);
    expect((await aheadOf(10)).readAheadBytes).toBe(2 * 25 * 4);
    expect((await aheadOf(0)).readAheadBytes).toBe(0);
  });

  it("tells locations behind a network from paths", () => {
    expect(["https://a/b", "s3://a/b", "gs://a", "AZ://a/b"].map(isRemote)).toEqual([true, true, true, true]);
    expect(["a/b.zarr", "/a:b", "C:\\x", "file:///a"].map(isRemote)).toEqual([false, false, false, false]);
    expect(redactUrl("https://u:p@h/a.zarr?sig=1#x")).toBe("https://h/a.zarr?...");
    expect(memoryStore().readAheadBytes).toBeUndefined();
  });
});

describe("secrets", () => {
  it("of a URL go to the server and into no message", async () => {
    const all = files(2);
    const server = await testServer({ read: fromMap(all) });
    const address = server.url.replace("//", "//alice:pa55word@");
    const location = `${address}/some/where.zarr?sig=TOPSECRET&sv=1`;
    const store = await openStore(location, QUICK);
    expect(store.name).toBe(`${server.url}/some/where.zarr?...`);
    const authorization = `Basic ${Buffer.from("alice:pa55word").toString("base64")}`;
    expect(server.requests.every(({ query }) => query === "?sig=TOPSECRET&sv=1")).toBe(true);
    expect(server.requests.every(({ headers }) => headers.authorization === authorization)).toBe(true);
    const { counts } = await openSpatial(store);
    const told: string[] = [];
    const tell = (error: Error) =>
      told.push(JSON.stringify(error), error.message, String(error.stack), String(error.cause));
    for (const fault of [
      { kind: "status", status: 403 },
      { kind: "refuse" },
      { kind: "truncate" },
      { kind: "other etag" },
    ] as const) {
      const again = await openStore(location, { ...QUICK, maxAttempts: 2, ledger: undefined });
      server.fault = () => fault;
      await openSpatial(store).catch(tell);
      await again.get("/X/data/0").catch(tell);
      await collect(counts).catch(tell);
      await openStore(location, { ...QUICK, maxAttempts: 2 }).catch(tell);
      server.fault = () => undefined;
    }
    expect(told.length).toBeGreaterThan(20);
    expect(told.join()).not.toMatch(/TOPSECRET|pa55word|YWxpY2U/);
  });
});
