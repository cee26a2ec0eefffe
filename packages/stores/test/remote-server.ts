import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** What the server does wrong with one request. */
export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  /** Closes the connection before an answer. */
  | { readonly kind: "refuse" }
  /** Sends the header and half of the body, then closes the connection. */
  | { readonly kind: "reset" }
  /** As `reset`, but the connection ends in good order, as proxies do; the header promises the whole. */
  | { readonly kind: "truncate" }
  /** Sends other bytes than were asked for, and says so. */
  | { readonly kind: "wrong range" }
  /** Sends the header and half of the body, then nothing. */
  | { readonly kind: "stall" }
  /** Answers as ever, with another ETag than before. */
  | { readonly kind: "other etag" }
  /** Ignores the range. */
  | { readonly kind: "whole" };

export interface ServedRequest {
  /** Path without the leading slash, decoded. */
  readonly key: string;
  readonly query: string;
  readonly range: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly status: number;
  /** Bytes of the body that were sent. */
  readonly bytes: number;
  /** It was made to fail. */
  readonly failed: boolean;
}

export interface ServerOptions {
  readonly read: (key: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** Milliseconds before each answer. */
  readonly latency?: number;
  /** Etags are left out. */
  readonly withoutEtags?: boolean;
}

export interface RemoteServer {
  readonly url: string;
  /** Requests answered so far. */
  readonly requests: ServedRequest[];
  /** Decides about each request, by its key and number from 0. */
  fault: (key: string, number: number) => Fault | undefined;
  close(): Promise<void>;
}

/** A static host on the loopback that knows ranges and conditions, and fails as it is told to. */
export async function remoteServer({
  read,
  latency = 0,
  withoutEtags,
}: ServerOptions): Promise<RemoteServer> {
  const requests: ServedRequest[] = [];
  let count = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const key = decodeURIComponent(url.pathname.slice(1));
    const { range } = request.headers;
    const fault = server.fault(key, count++);
    let failed = fault !== undefined;
    if (latency > 0) await wait(latency);
    const log = (status: number, bytes: number) =>
      requests.push({
        key,
        query: url.search,
        range,
        headers: request.headers,
        status,
        bytes,
        failed,
      });
    const end = (status: number, headers: Record<string, string | number>, body: Uint8Array) => {
      log(status, body.length);
      response.writeHead(status, { "content-length": body.length, ...headers });
      response.end(body);
    };
    if (fault?.kind === "refuse") {
      log(0, 0);
      return request.socket.destroy();
    }
    if (fault?.kind === "status") {
      const headers: Record<string, string> = fault.retryAfter ? { "retry-after": fault.retryAfter } : {};
      return end(fault.status, headers, new TextEncoder().encode("not now"));
    }
    const whole = await read(key);
    if (!whole) failed = false;
    if (!whole) return end(404, {}, new TextEncoder().encode("not here"));
    const etag = `"${createHash("md5").update(whole).digest("hex")}${fault?.kind === "other etag" ? "x" : ""}"`;
    const headers: Record<string, string | number> = withoutEtags ? {} : { etag };
    if (!withoutEtags && request.headers["if-none-match"] === etag)
      return end(304, headers, new Uint8Array(0));

    const part = range === undefined || fault?.kind === "whole" ? undefined : parseRange(range, whole.length);
    if (part === "none") {
      return end(416, { "content-range": `bytes */${whole.length}` }, new Uint8Array(0));
    }
    let [start, stop] = part ?? [0, whole.length];
    if (part && fault?.kind === "wrong range")
      [start, stop] = start > 0 ? [start - 1, stop - 1] : [0, stop - 1 || 1];
    const body = whole.subarray(start, stop);
    if (part) headers["content-range"] = `bytes ${start}-${stop - 1}/${whole.length}`;
    const status = part ? 206 : 200;
    if (fault?.kind !== "reset" && fault?.kind !== "truncate" && fault?.kind !== "stall") {
      return end(status, headers, body);
    }
    const half = body.subarray(0, body.length >> 1);
    log(status, half.length);
    response.writeHead(status, { "content-length": body.length, ...headers });
    response.flushHeaders();
    response.write(half, () => {
      if (fault.kind === "reset") request.socket.destroy();
      // A FIN in place of a RST.
      if (fault.kind === "truncate") request.socket.end();
    });
  };

  const http = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: RemoteServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

function parseRange(header: string, size: number): [number, number] | "none" {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "none" : [size - length, size];
  }
  const start = Number(first);
  return start >= size ? "none" : [start, last === "" ? size : Math.min(size, Number(last) + 1)];
}
