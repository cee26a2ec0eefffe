import { TooLarge } from "../read-bounded.js";
import { rangeHeader } from "./content-range.js";
import { limiter } from "./limiter.js";
import { readAnswer } from "./read-answer.js";
import { EncodedPart, type TransientFault } from "./read-body.js";
import { type Hop, nextHop, RefusedRedirect } from "./redirect.js";
import { type RemoteOptions, resolveRemoteOptions } from "./remote-options.js";
import type { RemoteRequest, RetryingFetch } from "./remote-request.js";
import { retryDelay } from "./retry-delay.js";
import { sleep } from "./sleep.js";
import { asFault, encodedPart, refusedRedirect, tooLarge, usedUp } from "./transfer-errors.js";
import { type TransferLedger, transferLedger } from "./transfer-ledger.js";
import { type Clock, SYSTEM_CLOCK, watchTransfer } from "./watch-transfer.js";

/** What of the world a retrying fetch uses; tests bring their own. */
export interface FetchSurroundings {
  readonly fetch: typeof globalThis.fetch;
  /** Numbers from 0 to below 1, for the jitter. */
  readonly random: () => number;
  readonly sleep: typeof sleep;
  readonly clock: Clock;
  /** Whether answers that redirect can be seen: not in a web page, where the browser follows them or fails. */
  readonly seesRedirects: boolean;
  /** Counts requests and bytes. */
  readonly ledger: TransferLedger;
}

/** An upload is given a second more for so many bytes. */
const SLOW_BYTES = 50_000;

/**
 * Requests that survive passing faults: connections that break, stall or end early, answers 408, 425, 429 and 5xx, bodies
 * whose length or range is not what was announced. Each is tried again after a delay that grows, with jitter, and is at
 * least what the server asked for. A body is handed out only when all of it is there, and never held beyond what the request allows.
 * Redirects are followed one by one, with credentials only where they belong (`nextHop`); in a page requests that carry some are not
 * redirected.
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
    clock: SYSTEM_CLOCK,
    seesRedirects: !isPage(),
    ledger: transferLedger(),
    ...surroundings,
  };
  const slots = limiter(options.maxRequests);

  const send = (hop: Hop, signal: AbortSignal): Promise<Response> => {
    const { method, body } = hop.plain;
    const { url, headers } = hop.signed;
    around.ledger.add("requests", 1);
    const redirect = around.seesRedirects ? "manual" : hop.sign ? "error" : "follow";
    return around.fetch(url, { method, headers, body: body as Uint8Array<ArrayBuffer>, redirect, signal });
  };

  const attempt = async (request: RemoteRequest, signal: AbortSignal, heard: (count?: number) => void) => {
    const { url, method = "GET", range, body, sign } = request;
    const headers = {
      // Bodies compressed for the way have no ranges and no length to check.
      "accept-encoding": "identity",
      ...(range && { range: rangeHeader(range) }),
      ...request.headers,
    };
    const plain = { method, url, headers, body };
    let hop: Hop = { plain, signed: { ...plain, ...(await sign?.(plain)) }, sign, visited: [] };
    for (;;) {
      signal.throwIfAborted();
      const response = await send(hop, signal);
      heard();
      const next = await nextHop(response, hop).catch((error) => {
        drop(response);
        throw error;
      });
      if (!next) {
        return readAnswer(response, range, range ? options.maxWholeBytes : request.most, (count) => {
          around.ledger.add("bytesReceived", count);
          heard(count);
        });
      }
      drop(response);
      hop = next;
    }
  };

  return async (request) => {
    const { signal, body } = request;
    const { minBytesPerSecond } = options;
    const stallTimeout = options.stallTimeout + ((body?.length ?? 0) / SLOW_BYTES) * 1e3;
    for (let number = 1; ; number++) {
      let fault: TransientFault;
      try {
        const limits = { stallTimeout, minBytesPerSecond };
        const work = () =>
          watchTransfer(limits, around.clock, signal, (inner, heard) => attempt(request, inner, heard));
        return await slots.run(work, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof TooLarge) throw tooLarge(request, error.message, options.maxWholeBytes);
        if (error instanceof EncodedPart) throw encodedPart(request.url, error.message);
        if (error instanceof RefusedRedirect) throw refusedRedirect(request.url, error);
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

function drop(response: Response): void {
  // Frees the connection; there is nobody to tell of a failure.
  response.body?.cancel().catch(() => undefined);
}

/** A page or a worker of one. */
function isPage(): boolean {
  return "document" in globalThis || "WorkerGlobalScope" in globalThis;
}
