import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { StoreError } from "@flashdeconv/core";
import { readObject } from "@flashdeconv/stores/node/internal";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MOST_DOCUMENT_BYTES, MOST_LISTING_BYTES, MOST_REPLY_BYTES } from "../src/bounds.js";
import { listObjects } from "../src/node/remote/list-objects.js";
import { parseLocation, type RemoteLocation } from "../src/node/remote/parse-location.js";
import { putBytes, putIfAbsent } from "../src/node/remote/put-object.js";
import { takeMark } from "../src/node/remote/remote-mark.js";
import { remoteParts } from "../src/node/remote/remote-parts.js";
import { readBounded, TooLarge } from "../src/read-bounded.js";
import { httpStore } from "../src/remote/http-store.js";
import { REMOTE_DEFAULTS } from "../src/remote/remote-options.js";
import { QUICK } from "./remote-tools.js";
import { openStore } from "./test-format.js";

const MIB = 2 ** 20;
/** Of an object that a server sends whole where a part was asked for. */
const QUICK_WHOLE = REMOTE_DEFAULTS.maxWholeBytes;

/** Sends for as long as anybody listens, and counts what it sent. */
function endless(response: ServerResponse, piece: Uint8Array, sent: { bytes: number }) {
  const more = () => {
    while (!response.destroyed) {
      sent.bytes += piece.length;
      if (!response.write(piece)) return;
    }
  };
  response.on("drain", more);
  more();
}

/** A server that answers each request with a status, a header and a body that does not end. */
async function endlessServer(
  status: number,
  headers: Record<string, string> = {},
  piece = new Uint8Array(2 ** 16),
) {
  const sent = { bytes: 0 };
  const http = createServer((request, response) => {
    request.resume();
    response.writeHead(status, headers);
    endless(response, piece, sent);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, sent };
}

async function refused(work: Promise<unknown>, message: RegExp) {
  const error = await work.then(
    () => new Error("nothing was refused"),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreError);
  expect(error.message).toMatch(message);
}

/** Sockets and streams hold a few pieces more than is read of them. */
const IN_FLIGHT = 16 * MIB;

describe("an answer without an end", () => {
  const bucketAt = async (url: string) => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    const place = parseLocation("s3://bucket/name.zarr") as RemoteLocation;
    return remoteParts(place, { ...QUICK, endpointUrl: url, anonymous: true });
  };

  const ways: [string, number, number, (url: string) => Promise<unknown>][] = [
    ["to a document", 200, MOST_DOCUMENT_BYTES, (url) => openStore(`${url}/a.zarr`, QUICK)],
    ["to an object", 200, 5 * MIB, (url) => httpStore(url, { ...QUICK, mostBytes: 5 * MIB }).get("/c/0")],
    ["to a table", 200, 5 * MIB, (url) => readObject(`${url}/a.csv`, QUICK, { most: 5 * MIB })],
    [
      "to a part, as the whole",
      200,
      QUICK_WHOLE,
      (url) => httpStore(url, QUICK).getRange("/c/0", { offset: 3, length: 9 }),
    ],
    ["to a part", 206, 9, (url) => httpStore(url, QUICK).getRange("/c/0", { offset: 3, length: 9 })],
    ["to the end of a zip", 206, 2 ** 17, (url) => openStore(`${url}/a.zarr.zip`, QUICK)],
    ["to a listing", 200, MOST_LISTING_BYTES, async (url) => listObjects(await bucketAt(url), "name.zarr/")],
    [
      "to an upload",
      200,
      MOST_REPLY_BYTES,
      async (url) => putBytes(await bucketAt(url), `${url}/x`, new Uint8Array(9)),
    ],
    [
      "to a condition",
      200,
      MOST_REPLY_BYTES,
      async (url) => putIfAbsent(await bucketAt(url), `${url}/x`, new Uint8Array(9)),
    ],
    ["to a mark", 200, MOST_REPLY_BYTES, async (url) => takeMark(await bucketAt(url), "name.zarr/mark")],
  ];
  it.each(ways)("%s (%d) is given up after %d bytes", async (_, status, most, work) => {
    const { url, sent } = await endlessServer(status);
    await refused(work(url), /more than|with all of it/);
    expect(sent.bytes).toBeLessThan(2 * most + IN_FLIGHT);
  });

  it("that refuses is cut, and still a refusal", async () => {
    const { url, sent } = await endlessServer(403);
    await refused(httpStore(url, QUICK).get("/c/0"), /the answer 403/);
    expect(sent.bytes).toBeLessThan(IN_FLIGHT);
  });

  it("in pieces of a byte takes no more memory than its bytes", async () => {
    const pieces = 2 ** 20;
    let left = pieces;
    const piece = new Uint8Array(2 ** 16).subarray(0, 1);
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(piece.slice());
        else controller.close();
      },
    });
    const bytes = await readBounded(stream, pieces);
    expect(bytes).toHaveLength(pieces);
    const short = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(piece.slice()) });
    await expect(readBounded(short, 10_000)).rejects.toBeInstanceOf(TooLarge);
  });

  it.each([1, 4095, 4096, 5000, 70_000])("in pieces of %d bytes comes out as it was sent", async (length) => {
    const whole = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) % 251);
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= whole.length) return controller.close();
        // Of another length now and then, so that large and small ones mix.
        const end = at + (at % 7 === 3 ? 10_000 : length);
        controller.enqueue(whole.slice(at, end));
        at = Math.min(end, whole.length);
      },
    });
    expect(await readBounded(stream, whole.length)).toEqual(whole);
  });

  it.each(["gzip", "br", "deflate"])(
    "that is compressed in transit (%s) is bounded by what it unpacks to",
    async (encoding) => {
      const { brotliCompressSync, deflateSync } = await import("node:zlib");
      const pack = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }[
        encoding
      ] as typeof gzipSync;
      const packed = pack(new Uint8Array(24 * MIB));
      const http = createServer((_, response) => {
        response.writeHead(200, { "content-encoding": encoding, "content-length": packed.length });
        response.end(packed);
      });
      await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void http.close());
      const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
      const store = httpStore(url, QUICK);
      await refused(store.get("/zarr.json", { most: MIB }), /more than 1048576 bytes/);
      expect(store.ledger.counts().bytesReceived).toBeLessThan(2 * MIB);
      await refused(store.getRange("/c/0", { offset: 0, length: 10 }), /all of it/);
    },
  );
});

describe("a listing", () => {
  const pages = async (xml: (page: number) => string) => {
    let count = 0;
    const http = createServer((_, response) => response.end(xml(count++)));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void http.close());
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const place = parseLocation("s3://bucket/name.zarr") as RemoteLocation;
    return remoteParts(place, { ...QUICK, endpointUrl: url, anonymous: true });
  };

  it("in circles, or of more keys than a store has, ends", async () => {
    const next = (token: string) => `<NextContinuationToken>${token}</NextContinuationToken>`;
    await refused(listObjects(await pages(() => next("same")), ""), /without an end/);
    const keys = "<Key>a/b/c/d/e/f</Key>".repeat(300_000);
    await refused(
      listObjects(await pages((page) => keys + next(String(page))), ""),
      /more than 1048576 objects/,
    );
  });

  it("with elements that do not end, or characters that are none, is read in one go", async () => {
    const xml = `<Key>a&#x110000;&#65;&nbsp;&amp;</Key>${"<Key>".repeat(1_000_000)}`;
    expect((await listObjects(await pages(() => xml), "")).keys).toEqual(["a&#x110000;A&nbsp;&"]);
  });
});
