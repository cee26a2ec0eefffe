import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The longest address that is looked at, and the longest name in it, in characters. */
export const LONGEST_URL = 4096;
const LONGEST_NAME = 1024;
const MOST_NAMES = 64;

/** A request that is not answered: why, in words that name neither address nor token. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where the server listens, as its address says, and the secret in it. */
export interface ViewPlace {
  /** `127.0.0.1:8080`. */
  readonly host: string;
  /** First segment of the path of all that tells of the result. */
  readonly token: string;
}

/** What a request asks for: segments below the token, or, without the token, of the page's own files. */
export interface Asked {
  readonly hasToken: boolean;
  readonly segments: readonly string[];
}

/** Reads a request, or says why it is refused. Nothing is read for it. */
export function checkRequest(
  { method, url = "", headers, rawHeaders }: IncomingMessage,
  { host, token }: ViewPlace,
): Asked | Refusal {
  // A page elsewhere whose name was made to mean this machine says its own name here.
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host");
  if (hosts.length !== 1 || headers.host !== host) return refusal(421, wrongHost(host));
  if (method !== "GET" && method !== "HEAD") {
    return refusal(405, "Only GET and HEAD are answered.", { Allow: "GET, HEAD" });
  }
  if (headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined) {
    return refusal(400, "A request has no content.", { Connection: "close" });
  }
  const site = headers["sec-fetch-site"];
  const isOwn = site === undefined || site === "same-origin" || site === "none";
  if (!isOwn || (headers.origin !== undefined && headers.origin !== `http://${host}`)) {
    return refusal(403, "Not for other pages. Copy the address into the address bar of the browser.");
  }
  if (url.length > LONGEST_URL) return refusal(414, "The address is too long.", { Connection: "close" });
  const segments = splitPath(url);
  if (segments === undefined) return refusal(404, NOTHING);
  const [first = "", ...rest] = segments;
  if (isSame(first, token)) return { hasToken: true, segments: rest };
  return { hasToken: false, segments };
}

export const NOTHING = "There is nothing here.";

export function refusal(status: number, message: string, headers?: Refusal["headers"]): Refusal {
  return { status, message, ...(headers && { headers }) };
}

function wrongHost(host: string): string {
  const port = host.includes(":") ? host.slice(host.indexOf(":") + 1) : "80";
  return `This is http://${host}, under no other name or port. From another machine: ssh -L ${port}:127.0.0.1:${port}.`;
}

/** The names in a path, decoded once; undefined where one could mean another place than it says. */
function splitPath(url: string): string[] | undefined {
  if (!url.startsWith("/") || /[?#]/.test(url)) return undefined;
  const parts = url.slice(1).split("/");
  if (parts.length > MOST_NAMES) return undefined;
  const names: string[] = [];
  for (const [i, part] of parts.entries()) {
    const name = decoded(part);
    // The last is empty in the address of a page: /TOKEN/.
    const mayBeEmpty = i === parts.length - 1;
    if (name === undefined || (name === "" && !mayBeEmpty)) return undefined;
    if (name === "." || name === ".." || /[/\\\0]/.test(name) || name.length > LONGEST_NAME) return undefined;
    names.push(name);
  }
  return names;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Takes the same time wherever two texts differ. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
