import { StoreError } from "@flashdeconv/core";
import type { ByteRange } from "../store.js";
import { rangeHeader } from "./content-range.js";
import { limiter } from "./limiter.js";
import { type RemoteAnswer, readAnswer } from "./read-answer.js";
import { EncodedPart, TooLarge, TransientFault } from "./read-body.js";
import { redactUrl } from "./redact-url.js";
import { type RemoteOptions, resolveRemoteOptions } from "./remote-options.js";
import { retryDelay } from "./retry-delay.js";
import { sleep } from "./sleep.js";
import { type TransferLedger, transferLedger } from "./transfer-ledger.js";

/** A request as it is sent, for those who sign it. */
export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Shows who asks: adds headers or a query. Asked at each attempt anew, as signatures expire. */
export type SignRequest = (request: PlainRequest) => Promise<Pick<PlainRequest, "url" | "headers">>;

/** One request to be made; it must do no harm where it is made twice. */
export interface RemoteRequest {
  /** Without a secret. */
  readonly url: string;
  /** GET where it is left out. */
  readonly method?: "GET" | "PUT" | "POST" | "DELETE";
  /** The part of the object that is wanted; not of no length. */
  readonly range?: ByteRange;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly sign?: SignRequest;
  readonly signal?: AbortSignal;
}

export type RetryingFetch = (request: RemoteRequest) => Promise<RemoteAnswer>;

/** What of the world a retrying fetch uses; tests bring their own. */
export interface FetchSurroundings {
  readonly fetch: typeof globalThis.fetch;
  /** Numbers from 0 to below 1, for the jitter. */
  readonly random: () => number;
  readonly sleep: typeof sleep;
  /** Counts requests and bytes. */
  readonly ledger: TransferLedger;
}

/** Causes of a failed connection that asking again does not change. */
const HOPELESS = /^(ENOTFOUND|ERR_TLS|ERR_INVALID|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;
/** An upload is given a second more for so many bytes. */
const SLOW_BYTES = 50_000;

/**
 * Requests that survive passing faults: connections that break, stall or end early, answers 408, 425, 429 and 5xx, bodies
 * whose length or range is not what was announced. Each is tried again after a delay that grows, with jitter, and is at
 * least what the server asked for. A body is handed out only when all of it is there.
 *
 * Throws StoreError, naming the URL without its secrets, once the attempts are used up or where no attempt would help;
 * the signal's reason as it is.
 */
export function retryingFetch(
  remoteOptions: RemoteOptions = {},
  surroundings: Partial<FetchSurroundings> = {},
): RetryingFetch {
  const options = resolveRemoteOptions(remoteOptions);
  const around: FetchSurroundings = {
    fetch: (input, init) => globalThis.fetch(input, init),
    random: Math.random,
    sleep,
    ledger: transferLedger(),
    ...surroundings,
  };
  const slots = limiter(options.maxRequests);

  const attempt = async (request: RemoteRequest, signal: AbortSignal, heard: () => void) => {
    const { url, method = "GET", range, body } = request;
    const headers = {
      // Bodies compressed for the way have no ranges and no length to check.
      "accept-encoding": "identity",
      ...(range && { range: rangeHeader(range) }),
      ...request.headers,
    };
    const plain = { method, url, headers, body };
    const signed = { ...plain, ...(await request.sign?.(plain)) };
    signal.throwIfAborted();
    around.ledger.add("requests", 1);
    const response = await around.fetch(signed.url, {
      method,
      headers: signed.headers,
      body: body as Uint8Array<ArrayBuffer> | undefined,
      signal,
    });
    heard();
    return readAnswer(response, range, options.maxWholeBytes, (count) => {
      around.ledger.add("bytesReceived", count);
      heard();
    });
  };

  return async (request) => {
    const { signal, body } = request;
    const stallTimeout = options.stallTimeout + ((body?.length ?? 0) / SLOW_BYTES) * 1e3;
    for (let number = 1; ; number++) {
      let fault: TransientFault;
      try {
        const work = () => watched(stallTimeout, signal, (inner, heard) => attempt(request, inner, heard));
        return await slots.run(work, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof TooLarge) throw ignoresRanges(request.url, error.message, options.maxWholeBytes);
        if (error instanceof EncodedPart) throw encodedPart(request.url, error.message);
        fault = asFault(error, request.url);
      }
      const wait = fault.retryAfter ?? 0;
      if (number >= options.maxAttempts || wait > options.maxRetryAfter) {
        throw usedUp(request.url, number, fault, options.maxRetryAfter);
      }
      await around.sleep(retryDelay(number, fault.retryAfter, around.random, options), signal);
      signal?.throwIfAborted();
      around.ledger.add("retries", 1);
    }
  };
}

/** Runs `work` under a signal that also fires where `heard` was not called for so long. */
async function watched<T>(
  stallTimeout: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const forward = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", forward, { once: true });
  const stalled = () => stop.abort(new TransientFault(`no byte for ${Math.round(stallTimeout)} ms`));
  let timer = setTimeout(stalled, stallTimeout);
  try {
    return await work(stop.signal, () => {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallTimeout);
    });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", forward);
  }
}

/** Any failure of an attempt as a passing fault; throws what will not pass. */
function asFault(error: unknown, url: string): TransientFault {
  if (error instanceof TransientFault) return error;
  // fetch and its bodies fail with TypeError; runtimes put what happened into the cause.
  if (!(error instanceof TypeError)) throw error;
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
  const code = typeof cause?.code === "string" ? cause.code : "";
  const why = code || (typeof cause?.message === "string" ? cause.message : error.message);
  const message = `a connection that failed (${plainWords(why)})`;
  if (!HOPELESS.test(code)) return new TransientFault(message);
  throw new StoreError({
    path: redactUrl(url),
    found: message,
    expected: "a server that answers",
    remedy: "Check the address and the network.",
  });
}

/** Runtimes put whole URLs into some of their messages, with what was added to sign them. */
function plainWords(text: string): string {
  return text
    .replace(/[?#]\S*/g, "")
    .replace(/\s+/g, " ")
    .slice(0, 200);
}

function usedUp(url: string, attempts: number, fault: TransientFault, maxRetryAfter: number): StoreError {
  const { status, retryAfter = 0 } = fault;
  const asked = retryAfter > maxRetryAfter ? `, which asks to wait ${Math.ceil(retryAfter / 1000)} s` : "";
  return new StoreError({
    path: redactUrl(url),
    status,
    found: `${fault.message}${asked}, at the last of ${attempts} attempts`,
    expected: "a whole answer",
    remedy: "Try again later; check that the server can be reached and is not overloaded.",
  });
}

function ignoresRanges(url: string, found: string, most: number): StoreError {
  return new StoreError({
    path: redactUrl(url),
    status: 200,
    found: `a server that answers a request for a part of this object with all of it (${found})`,
    expected: `parts, or objects of at most ${most} bytes`,
    remedy: "Put the store on a server that knows range requests, or copy it to the disk.",
  });
}

function encodedPart(url: string, encoding: string): StoreError {
  return new StoreError({
    path: redactUrl(url),
    status: 206,
    found: `a part of an object that is compressed for the way (Content-Encoding: ${encoding})`,
    expected: "parts of the object itself",
    remedy: "Store the objects without a Content-Encoding, or copy the store to the disk.",
  });
}
