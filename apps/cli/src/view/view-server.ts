import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { isFlashdeconvError, OptionError } from "@flashdeconv/core";
import type { StoreKey } from "@flashdeconv/stores";
import { ANSWER_HEADERS } from "./answer-headers.js";
import { rangeOf } from "./byte-range.js";
import { type Asked, checkRequest, isSame, NOTHING, type Refusal, refusal } from "./check-request.js";
import { contentType, type PageFiles } from "./page-files.js";
import type { KeySource } from "./result-keys.js";
import { taskGate } from "./task-gate.js";

/** What is shown, as the page asks for it. */
export interface AboutResult {
  readonly name: string;
  readonly key: string;
  readonly table?: string;
  readonly kind: "zarr";
}

export interface ViewContent {
  readonly page: PageFiles;
  readonly about: AboutResult;
  readonly keys: KeySource;
}

export interface ViewServer {
  /** For people: whoever has it sees the result. */
  readonly address: string;
  /** The same for a browser that is started: other users see what programs are started with, so it leads there once. */
  readonly firstAddress: string;
  readonly port: number;
  /** Stops listening, breaks off what is being answered, and waits until nothing is read any more. */
  close(): Promise<void>;
}

const ADDRESS = "127.0.0.1";
/** Bounds of what connections may cost: browsers open six, and answer at once. */
const MOST_CONNECTIONS = 64;
const MOST_HEADER_BYTES = 2 ** 14;
const MOST_HEADERS = 64;
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 15_000;
const KEEP_ALIVE_TIMEOUT = 10_000;
/** Without a byte sent or received; a slow store behind a network takes its time before the first. */
const SILENCE_TIMEOUT = 120_000;
/** Keys that are read at a time; others wait. */
const MOST_READS = 8;
const TOKEN_BYTES = 16;

/**
 * Serves a result and the page that shows it on the loopback device, to whoever knows the token.
 *
 * @param port 0 for any that is free
 * @throws OptionError where the port cannot be had
 */
export async function startViewServer(content: ViewContent, port: number): Promise<ViewServer> {
  const token = secret();
  let firstToken: string | undefined = secret();
  const controller = new AbortController();
  const gate = taskGate(MOST_READS);
  const pending = new Set<Promise<void>>();
  let host = "";

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const asked = checkRequest(request, { host, token });
    if ("status" in asked) return sendRefusal(response, asked);
    const [first = "", ...below] = asked.segments;
    const isFirst = firstToken !== undefined && !asked.hasToken && isSame(first, firstToken);
    if (isFirst && below.join("/") === "" && request.method === "GET") {
      firstToken = undefined;
      return sendRefusal(response, refusal(303, "The result is here.", { Location: `/${token}/` }));
    }
    await sendAsked(response, asked, { ...content, request, signal: controller.signal, gate });
  };
  const server = createServer(
    {
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: 1000,
      // Checked here, so that the refusal has our headers.
      requireHostHeader: false,
    },
    (request, response) => {
      const done = answer(request, response)
        .catch((error) => failed(response, error))
        .finally(() => pending.delete(done));
      pending.add(done);
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = MOST_HEADERS;
  server.setTimeout(SILENCE_TIMEOUT);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => refuseRaw(socket, error.code));
  // Nothing is expected of a client, and no connection becomes anything else.
  for (const event of ["checkContinue", "checkExpectation"]) {
    server.on(event, (_, response: ServerResponse) =>
      sendRefusal(response, refusal(417, "A request has no content.")),
    );
  }
  for (const event of ["upgrade", "connect"]) server.on(event, (_, socket: Socket) => socket.destroy());
  await listen(server, port);
  const { port: bound } = server.address() as { port: number };
  // A browser leaves the port of http out.
  host = bound === 80 ? ADDRESS : `${ADDRESS}:${bound}`;
  return {
    address: `http://${host}/${token}/`,
    firstAddress: `http://${host}/${firstToken}/`,
    port: bound,
    async close() {
      controller.abort(new Error("the server ends"));
      server.close();
      server.closeAllConnections();
      await Promise.allSettled(pending);
    },
  };
}

interface AnswerContext extends ViewContent {
  readonly request: IncomingMessage;
  readonly signal: AbortSignal;
  readonly gate: ReturnType<typeof taskGate>;
}

async function sendAsked(response: ServerResponse, { hasToken, segments }: Asked, context: AnswerContext) {
  const { page, about, keys } = context;
  const [folder, ...below] = segments;
  if (below.length === 0) {
    const name = folder === undefined || folder === "" ? "index.html" : folder;
    // /TOKEN alone would be another folder to the addresses in the page.
    if (page.names.has(name) && !(hasToken && folder === undefined)) {
      return sendBytes(response, { type: contentType(name), bytes: await page.read(name) });
    }
    if (hasToken && folder === undefined)
      return sendRefusal(response, refusal(404, "The address ends in a slash."));
    if (hasToken && folder === "store.json") {
      const bytes = new TextEncoder().encode(JSON.stringify(about));
      return sendBytes(response, { type: "application/json", bytes });
    }
  }
  if (!hasToken || folder !== "store" || below.length === 0 || below.includes("")) {
    return sendRefusal(response, refusal(404, NOTHING));
  }
  if (!(await keys.isSame())) {
    return sendRefusal(
      response,
      refusal(
        410,
        "The result was deleted or written anew. End flashdeconv view; where the result is, start it again.",
      ),
    );
  }
  await sendKey(response, `/${below.join("/")}`, context);
}

async function sendKey(
  response: ServerResponse,
  key: StoreKey,
  { request, signal, gate, keys }: AnswerContext,
) {
  const leaving = new AbortController();
  response.once("close", () => leaving.abort(new Error("nobody waits for the answer")));
  const both = AbortSignal.any([signal, leaving.signal]);
  await gate(both, async () => {
    const opened = await keys.open(key, both);
    if (opened === undefined) return sendRefusal(response, refusal(404, NOTHING));
    try {
      const { size, etag } = opened;
      const range = rangeOf(request.headers.range, size);
      if (range === "none") {
        return sendRefusal(response, refusal(416, "Beyond the end.", { "Content-Range": `bytes */${size}` }));
      }
      const { from, to } = range === "all" ? { from: 0, to: size } : range;
      response.writeHead(range === "all" ? 200 : 206, {
        ...ANSWER_HEADERS,
        "Content-Type": "application/octet-stream",
        "Content-Length": to - from,
        "Accept-Ranges": "bytes",
        ...(etag !== undefined && { ETag: etag }),
        ...(range !== "all" && { "Content-Range": `bytes ${from}-${to - 1}/${size}` }),
      });
      if (request.method === "HEAD") response.end();
      else await pipeline(opened.bytes({ from, to }), response, { signal: both });
    } finally {
      await opened.close();
    }
  });
}

interface Document {
  readonly type: string;
  readonly bytes: Uint8Array;
}

function sendBytes(response: ServerResponse, { type, bytes }: Document): void {
  response.writeHead(200, { ...ANSWER_HEADERS, "Content-Type": type, "Content-Length": bytes.length });
  // Node sends no content where HEAD was asked.
  response.end(bytes);
}

function sendRefusal(response: ServerResponse, { status, message, headers }: Refusal): void {
  const text = `${message}\n`;
  response.writeHead(status, {
    ...ANSWER_HEADERS,
    ...headers,
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}

/** A failure to read, told to the page: errors of stores name keys and say what to do, and hold no secrets. */
function failed(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (isFlashdeconvError(error)) sendRefusal(response, refusal(502, error.message));
  else sendRefusal(response, refusal(500, "A fault of flashdeconv: the result could not be read."));
}

const RAW_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Answers what is no request of HTTP. */
function refuseRaw(socket: Socket, code = ""): void {
  if (!socket.writable || code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const headers = { ...ANSWER_HEADERS, Connection: "close", "Content-Length": "0" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${RAW_STATUS[code] ?? "400 Bad Request"}\r\n${lines.join("")}\r\n`, () =>
    socket.destroy(),
  );
}

function secret(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const rule = `a port that this machine can listen at (${error.code ?? error.message})`;
      reject(
        new OptionError({ option: "--port", value: port, rule, remedy: "Leave it out for any free one." }),
      );
    });
    server.listen({ host: ADDRESS, port, exclusive: true }, resolve);
  });
}
