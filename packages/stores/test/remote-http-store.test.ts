import { StoreError } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { httpStore } from "../src/remote/http-store.js";
import { retryingFetch } from "../src/remote/retrying-fetch.js";
import type { Fault, RemoteServer } from "./remote-server.js";
import { fromMap, QUICK, QUICK_STALL, testServer } from "./remote-tools.js";
import { FORMAT } from "./test-format.js";

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const files = new Map([
  ["a/c/0", BYTES],
  ["a/odd name #1?.x", BYTES.slice(0, 9)],
  ["a/.zgroup", new TextEncoder().encode("{}")],
]);

const serve = () => testServer({ read: fromMap(files) });
const storeAt = (server: RemoteServer, options = {}) =>
  httpStore(`${server.url}/a`, { ...QUICK, ...options }, { format: FORMAT });

/** A fault for the first so many requests. */
function first(count: number, fault: Fault): RemoteServer["fault"] {
  return (_key, number) => (number < count ? fault : undefined);
}

describe("a store behind http", () => {
  it("reads objects whole, in part and by their end", async () => {
    const server = await serve();
    const store = storeAt(server);
    expect(await store.get("/c/0")).toEqual(BYTES);
    expect(await store.getRange("/c/0", { offset: 10, length: 5 })).toEqual(BYTES.slice(10, 15));
    expect(await store.getRange("/c/0", { offset: 990, length: 50 })).toEqual(BYTES.slice(990));
    expect(await store.getRange("/c/0", { suffixLength: 3 })).toEqual(BYTES.slice(-3));
    expect(await store.getRange("/c/0", { suffixLength: 3000 })).toEqual(BYTES);
    expect(await store.getRange("/c/0", { offset: 2000, length: 5 })).toEqual(new Uint8Array(0));
    expect(await store.getRange("/c/0", { offset: 2, length: 0 })).toEqual(new Uint8Array(0));
    expect(store.ledger.counts()).toMatchObject({
      requests: 6,
      retries: 0,
      bytesReceived: 1000 + 5 + 10 + 3 + 1000,
    });
  });

  it("escapes keys, and reads nothing outside of the store", async () => {
    const server = await serve();
    const store = storeAt(server);
    expect(await store.get("/odd name #1?.x")).toEqual(BYTES.slice(0, 9));
    expect(await store.get("/../a/c/0")).toBeUndefined();
    expect(await store.getRange("/c/./0", { offset: 0, length: 1 })).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  it("what is not there is undefined", async () => {
    const store = storeAt(await serve());
    expect(await store.get("/c/1")).toBeUndefined();
    expect(await store.getRange("/c/1", { offset: 0, length: 4 })).toBeUndefined();
  });

  it("joins ranges that are asked for together and lie close", async () => {
    const server = await serve();
    const store = storeAt(server, { maxGapBytes: 50, maxJoinedBytes: 300 });
    const ask = (offset: number, length: number) => store.getRange("/c/0", { offset, length });
    const parts = await Promise.all([ask(100, 50), ask(0, 60), ask(160, 20), ask(500, 10), ask(520, 400)]);
    expect(parts).toEqual([
      BYTES.slice(100, 150),
      BYTES.slice(0, 60),
      BYTES.slice(160, 180),
      BYTES.slice(500, 510),
      BYTES.slice(520, 920),
    ]);
    expect(server.requests.map(({ range }) => range).sort()).toEqual([
      "bytes=0-179",
      "bytes=500-509",
      "bytes=520-919",
    ]);
  });

  it.each<[string, Fault]>([
    ["500", { kind: "status", status: 500 }],
    ["503", { kind: "status", status: 503 }],
    ["408", { kind: "status", status: 408 }],
    ["429 with Retry-After", { kind: "status", status: 429, retryAfter: "0" }],
    ["a refused connection", { kind: "refuse" }],
    ["a reset in the middle of a body", { kind: "reset" }],
    ["a truncated body with a right header", { kind: "truncate" }],
    ["a wrong range", { kind: "wrong range" }],
    ["a stall", { kind: "stall" }],
  ])("survives %s, twice", async (_name, fault) => {
    const server = await serve();
    server.fault = first(2, fault);
    const store = storeAt(server, fault.kind === "stall" ? QUICK_STALL : {});
    expect(await store.getRange("/c/0", { offset: 100, length: 300 })).toEqual(BYTES.slice(100, 400));
    expect(store.ledger.counts()).toMatchObject({ requests: 3, retries: 2 });
  });

  it("cuts the part out of an object that a server sends whole, unless it is large", async () => {
    const server = await serve();
    server.fault = () => ({ kind: "whole" });
    expect(await storeAt(server).getRange("/c/0", { offset: 3, length: 4 })).toEqual(BYTES.slice(3, 7));
    const small = storeAt(server, { maxWholeBytes: 999 });
    await expect(small.getRange("/c/0", { offset: 3, length: 4 })).rejects.toThrow(
      /a request for a part.*all of it/,
    );
  });

  it.each(["gzip", "x-gzip", "BR", "identity, zstd"])(
    "refuses a part of what is compressed for the way by %s, at once",
    async (encoding) => {
      let asked = 0;
      const headers = { "content-encoding": encoding, "content-range": "bytes 3-6/1000" };
      const fetch = retryingFetch(QUICK, {
        fetch: async () => {
          asked++;
          return new Response(BYTES.slice(3, 7), { status: 206, headers });
        },
      });
      const store = httpStore("http://host.test/a?sig=SECRET", QUICK, { fetch });
      const error = await store.getRange("/c/0", { offset: 3, length: 4 }).catch((thrown) => thrown);
      expect(error).toMatchObject({ tag: "StoreError", status: 206, path: "http://host.test/a/c/0" });
      expect(error.message).toMatch(/compressed in transit \(Content-Encoding: [\w-]+\).*copy the store/);
      expect(asked).toBe(1);
    },
  );

  it("takes a part whose encoding is none that is undone, and checks its length", async () => {
    const answer = (length: number) => async () =>
      new Response(BYTES.slice(3, 3 + length), {
        status: 206,
        headers: {
          "content-encoding": "aws-chunked",
          "content-range": "bytes 3-6/1000",
          "content-length": "4",
        },
      });
    const storeOf = (length: number) =>
      httpStore("http://host.test/a", QUICK, { fetch: retryingFetch(QUICK, { fetch: answer(length) }) });
    expect(await storeOf(4).getRange("/c/0", { offset: 3, length: 4 })).toEqual(BYTES.slice(3, 7));
    await expect(storeOf(2).getRange("/c/0", { offset: 3, length: 4 })).rejects.toThrow("2 bytes");
  });

  it("gives up after so many attempts, naming the object and the last fault", async () => {
    const server = await serve();
    server.fault = () => ({ kind: "status", status: 503 });
    const error = await storeAt(server, { maxAttempts: 3 })
      .get("/c/0")
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ status: 503, path: `${server.url}/a/c/0` });
    expect(error.message).toContain("the answer 503, at the last of 3 attempts");
    expect(server.requests).toHaveLength(3);
  });

  it("does not try again what will not change", async () => {
    const server = await serve();
    server.fault = () => ({ kind: "status", status: 401 });
    await expect(storeAt(server).get("/c/0")).rejects.toThrow("the answer 401");
    server.fault = () => ({ kind: "status", status: 501 });
    await expect(storeAt(server).get("/c/0")).rejects.toThrow("the answer 501");
    expect(server.requests).toHaveLength(2);
    await expect(httpStore("http://no-such-host.invalid/a", QUICK).get("/x")).rejects.toThrow(
      /ENOTFOUND|EAI_AGAIN/,
    );
  });

  it("a document that may not be read counts as missing, a chunk does not, nor a whole root", async () => {
    const server = await serve();
    server.fault = () => ({ kind: "status", status: 403 });
    const store = storeAt(server);
    expect(await store.get("/X/zarr.json")).toBeUndefined();
    await expect(store.get("/c/0")).rejects.toThrow(/the answer 403.*credentials/);
    const root = async () => {
      for (const name of ["zarr.json", ".zgroup", ".zarray", ".zmetadata"]) await store.get(`/${name}`);
    };
    await expect(root()).rejects.toThrow("the answer 403");
  });

  it("waits as long as the server asks, and not at all where that is too long", async () => {
    const server = await serve();
    const waits: number[] = [];
    const fetch = retryingFetch(QUICK, { sleep: async (time) => void waits.push(time), random: () => 0.5 });
    server.fault = first(1, { kind: "status", status: 429, retryAfter: "7" });
    await fetch({ url: `${server.url}/a/c/0`, most: 2000 });
    server.fault = (_key, number) => (number < 3 ? { kind: "status", status: 500 } : undefined);
    await fetch({ url: `${server.url}/a/c/0`, most: 2000 });
    expect(waits).toEqual([7000, 0.5]);
    server.fault = () => ({ kind: "status", status: 503, retryAfter: "3600" });
    await expect(fetch({ url: `${server.url}/a/c/0`, most: 2000 })).rejects.toThrow("asks to wait 3600 s");
    expect(waits).toHaveLength(2);
  });

  it("delays grow, with jitter, up to a limit", async () => {
    const server = await serve();
    server.fault = () => ({ kind: "status", status: 500 });
    const waits: number[] = [];
    const options = { maxAttempts: 7, firstDelay: 100, maxDelay: 1000 };
    const fetch = retryingFetch(options, {
      sleep: async (time) => void waits.push(time),
      random: () => 0.999,
    });
    await expect(fetch({ url: `${server.url}/a`, most: 2000 })).rejects.toThrow("7 attempts");
    expect(waits.map(Math.round)).toEqual([100, 200, 400, 799, 999, 999]);
  });

  it("an abort ends a request, a wait and a queue at once, with its reason", async () => {
    const server = await serve();
    const reason = new Error("enough");
    const aborted = async (start: (signal: AbortSignal) => Promise<unknown>) => {
      const controller = new AbortController();
      const work = start(controller.signal);
      setTimeout(() => controller.abort(reason), 20);
      const began = performance.now();
      await expect(work).rejects.toBe(reason);
      expect(performance.now() - began).toBeLessThan(1000);
    };
    server.fault = () => ({ kind: "stall" });
    const slow = storeAt(server, { stallTimeout: 60_000, maxRequests: 1 });
    await aborted((signal) => slow.get("/c/0", { signal }));
    await aborted((signal) => slow.getRange("/c/0", { offset: 0, length: 10 }, { signal }));
    await aborted((signal) => Promise.all([slow.get("/c/0", { signal }), slow.get("/c/0", { signal })]));
    server.fault = () => ({ kind: "status", status: 500 });
    const patient = storeAt(server, { firstDelay: 60_000, maxDelay: 60_000 });
    await aborted((signal) => patient.get("/c/0", { signal }));
    await expect(patient.get("/c/0", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("keeps to the number of requests at a time", async () => {
    let now = 0;
    let most = 0;
    const counted: typeof fetch = async (input, init) => {
      most = Math.max(most, ++now);
      try {
        return await globalThis.fetch(input, init);
      } finally {
        now--;
      }
    };
    const server = await testServer({ read: fromMap(files), latency: 5 });
    const fetchAll = retryingFetch({ maxRequests: 3 }, { fetch: counted });
    const url = `${server.url}/a/c/0`;
    await Promise.all(Array.from({ length: 12 }, () => fetchAll({ url, most: 2000 })));
    expect(most).toBe(3);
  });

  it("never hands out two versions of an object", async () => {
    const server = await serve();
    const store = storeAt(server);
    await store.getRange("/c/0", { offset: 0, length: 10 });
    server.fault = () => ({ kind: "other etag" });
    const error = await store.getRange("/c/0", { offset: 10, length: 10 }).catch((thrown) => thrown);
    expect(error).toMatchObject({ tag: "StoreError", status: 412 });
    expect(error.message).toContain("another version of an object that was read before");
  });

  it("an object that goes or comes while it is read is another version too", async () => {
    const changing = new Map(files);
    const server = await testServer({ read: fromMap(changing) });
    const store = storeAt(server);
    await store.get("/c/0");
    await store.get("/c/1");
    changing.delete("a/c/0");
    changing.set("a/c/1", BYTES);
    await expect(store.get("/c/0")).rejects.toThrow("404 for an object that was there before");
    await expect(store.get("/c/1")).rejects.toThrow("was not there before");
  });

  it("without ETags the size tells versions apart", async () => {
    const changing = new Map(files);
    const server = await testServer({ read: fromMap(changing), withoutEtags: true });
    const store = storeAt(server);
    await store.getRange("/c/0", { offset: 0, length: 10 });
    changing.set("a/c/0", BYTES.slice(1));
    await expect(store.getRange("/c/0", { offset: 0, length: 10 })).rejects.toThrow("999 bytes");
  });

  it.each([
    ["maxAttempts", 0],
    ["maxRequests", 0.5],
    ["stallTimeout", -1],
    ["maxDelay", 2 ** 31],
    ["readAheadBytes", Number.NaN],
  ])("refuses %s = %s", (option, value) => {
    expect(() => httpStore("http://localhost/a", { [option]: value })).toThrow(`option ${option}`);
  });

  it("refuses what is not a URL", () => {
    expect(() => httpStore("nonsense")).toThrow("not a URL");
  });
});
