import type { PlainRequest } from "./remote-request.js";

/** Shorter values of a query are versions and switches (`dl=1`), unless their name tells otherwise. */
const LEAST_SECRET = 8;
/** Shorter ones may be met anywhere in an address. */
const LEAST_PASSWORD = 4;
const TELLING_NAME = /sig|token|key|secret|passw|credential|auth|session/i;

/**
 * Whether an address holds what signing added to a request: servers that redirect may write the query they were asked with, or parts
 * of it, into the new address.
 */
export function travellingSecret(
  target: URL,
  plain: Pick<PlainRequest, "url" | "headers">,
  signed: Pick<PlainRequest, "url" | "headers">,
): boolean {
  const text = unescaped(target.href);
  return secretsOf(plain, signed).some((secret) => text.includes(secret));
}

function secretsOf(
  plain: Pick<PlainRequest, "url" | "headers">,
  signed: Pick<PlainRequest, "url" | "headers">,
): string[] {
  const own = new URL(plain.url).searchParams;
  const secrets: string[] = [];
  for (const [name, value] of new URL(signed.url).searchParams) {
    if (own.getAll(name).includes(value) || value === "") continue;
    if (value.length >= LEAST_SECRET || TELLING_NAME.test(name)) secrets.push(value);
  }
  for (const [name, value] of Object.entries(signed.headers)) {
    if (plain.headers[name] === value) continue;
    if (name.toLowerCase() === "authorization") secrets.push(...loginOf(value));
    else if (value.length >= LEAST_SECRET && TELLING_NAME.test(name)) secrets.push(value);
  }
  return secrets.map((secret) => unescaped(encodeURIComponent(secret)));
}

/** What an authorization header holds: a token, a signature, or user name and password. */
function loginOf(header: string): string[] {
  const [scheme, rest = ""] = header.split(/\s+(.*)/s);
  const signature = /Signature=([0-9a-f]+)/.exec(rest)?.[1];
  const parts = [signature ?? rest];
  if (scheme.toLowerCase() === "basic") {
    const login = decodeBase64(rest);
    const password = login.slice(login.indexOf(":") + 1);
    parts.push(login, password.length >= LEAST_PASSWORD ? password : "");
  }
  return parts.filter((part) => part !== "");
}

function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return "";
  }
}

/** Without percent escapes, also escaped ones; a plus stands for a blank in queries. */
function unescaped(text: string): string {
  let plain = text;
  for (let pass = 0; pass < 3 && plain.includes("%"); pass++) {
    plain = plain.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return plain.replaceAll("+", " ");
}
