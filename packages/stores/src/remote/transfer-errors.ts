import { StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { TransientFault } from "./read-body.js";
import { redactUrl } from "./redact-url.js";
import type { RefusedRedirect } from "./redirect.js";
import type { RemoteRequest } from "./remote-request.js";

/** Causes of a failed connection that asking again does not change. */
const HOPELESS =
  /^(ENOTFOUND|ERR_TLS|ERR_INVALID|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)|^unexpected redirect$/;

/** Any failure of an attempt as a passing fault; throws what will not pass. */
export function asFault(error: unknown, url: string): TransientFault {
  if (error instanceof TransientFault) return error;
  // fetch and its bodies fail with TypeError; runtimes put what happened into the cause.
  if (!(error instanceof TypeError)) throw error;
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
  const code = typeof cause?.code === "string" ? cause.code : "";
  const why = code || (typeof cause?.message === "string" ? cause.message : error.message);
  const message = `a connection that failed (${plainWords(why)})`;
  if (!HOPELESS.test(why)) return new TransientFault(message);
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
    .replace(/[a-z][a-z0-9+.-]*:\/\/\S*/gi, redactUrl)
    .replace(/[?#]\S*/g, "")
    .replace(/\s+/g, " ")
    .slice(0, 200);
}

export function usedUp(
  url: string,
  attempts: number,
  fault: TransientFault,
  maxRetryAfter: number,
): StoreError {
  const { status, retryAfter = 0 } = fault;
  const asked = retryAfter > maxRetryAfter ? `, which asks to wait ${Math.ceil(retryAfter / 1000)} s` : "";
  return new StoreError({
    path: redactUrl(url),
    status,
    found: `${fault.message}${asked}, at the last of ${numbered(attempts, "attempt")}`,
    expected: "a whole answer",
    remedy: "Try again later; check that the server can be reached and is not overloaded.",
  });
}

export function tooLarge({ url, range, most }: RemoteRequest, found: string, wholeBytes: number): StoreError {
  if (range) {
    return new StoreError({
      path: redactUrl(url),
      status: 200,
      found: `a server that answers a request for a part of this object with all of it, or with more than the part (${found})`,
      expected: `parts, or objects of at most ${numbered(wholeBytes, "byte")}`,
      remedy: "Put the store on a server that supports range requests, or copy it to the disk.",
    });
  }
  return new StoreError({
    path: redactUrl(url),
    found: `an answer of ${found}`,
    expected: `at most ${numbered(most, "byte")} here`,
    remedy: "Check the address: this is not what a store has at this place, or the server is faulty.",
  });
}

export function encodedPart(url: string, encoding: string): StoreError {
  return new StoreError({
    path: redactUrl(url),
    status: 206,
    found: `a part of an object that is compressed in transit (Content-Encoding: ${encoding})`,
    expected: "parts of the object itself",
    remedy: "Store the objects without a Content-Encoding, or copy the store to the disk.",
  });
}

export function refusedRedirect(url: string, { status, message }: RefusedRedirect): StoreError {
  return new StoreError({
    path: redactUrl(url),
    status,
    found: message,
    expected: "the object, or a redirect that no credential has to follow",
    remedy: "Give the address that it leads to, if you trust it.",
  });
}
