import { StoreError } from "@flashdeconv/core";
import { MOST_LISTED_KEYS, MOST_LISTING_BYTES } from "../../bounds.js";
import { redactUrl } from "../../remote/redact-url.js";
import { refused } from "../../remote/refused.js";
import { withQuery } from "../../remote/url-secrets.js";
import type { RemoteParts } from "./remote-parts.js";

/** Pages may be empty, but not for ever. */
const MOST_PAGES = 2 ** 14;

export interface Listing {
  /** Keys below the prefix, whole. */
  readonly keys: readonly string[];
  /** With a delimiter: what lies between the prefix and the next slash, for keys that have one. */
  readonly folders: readonly string[];
}

/** Keys of a bucket that begin with `prefix`; those directly below it where `isFlat`, else all, at most `most`. */
export async function listObjects(
  { fetch, sign, signedHow, bucket }: RemoteParts,
  prefix: string,
  {
    isFlat = false,
    most = Number.POSITIVE_INFINITY,
    signal,
  }: { isFlat?: boolean; most?: number; signal?: AbortSignal } = {},
): Promise<Listing> {
  const keys: string[] = [];
  const folders: string[] = [];
  if (!bucket) return { keys, folders };
  const isAzure = bucket.service === "az";
  let next = "";
  let pages = 0;
  do {
    const query = new URLSearchParams({
      ...(isAzure ? { restype: "container", comp: "list" } : { "list-type": "2" }),
      prefix,
      ...(isFlat && { delimiter: "/" }),
      ...(next !== "" && { [isAzure ? "marker" : "continuation-token"]: next }),
      ...(Number.isFinite(most) && { [isAzure ? "maxresults" : "max-keys"]: String(most) }),
    });
    // A plus stands for a blank in forms alone.
    const url = withQuery(bucket.bucketUrl, query.toString().replaceAll("+", "%20"));
    const answer = await fetch({ url, sign, signal, most: MOST_LISTING_BYTES });
    if (answer.status !== 200) throw refused(bucket.bucketUrl, answer, signedHow);
    const xml = new TextDecoder().decode(answer.bytes);
    for (const part of elements(xml, isAzure ? "BlobPrefix" : "CommonPrefixes")) {
      for (const name of elements(part, isAzure ? "Name" : "Prefix")) folders.push(plain(name));
    }
    const own = isAzure ? withoutElements(xml, "BlobPrefix") : xml;
    for (const name of elements(own, isAzure ? "Name" : "Key")) keys.push(plain(name));
    const before = next;
    next = plain(elements(xml, isAzure ? "NextMarker" : "NextContinuationToken")[0] ?? "");
    const isEndless = next !== "" && (next === before || ++pages > MOST_PAGES);
    if (isEndless || keys.length + folders.length > MOST_LISTED_KEYS) throw endless(bucket.bucketUrl);
  } while (next !== "" && keys.length < most);
  return { keys, folders };
}

/** Contents of the elements of a name; an element that does not end is passed over, with what follows it. */
function elements(xml: string, name: string): string[] {
  const [open, close] = [`<${name}>`, `</${name}>`];
  const found: string[] = [];
  for (let at = 0; ; ) {
    const start = xml.indexOf(open, at);
    const end = start < 0 ? -1 : xml.indexOf(close, start);
    if (end < 0) return found;
    found.push(xml.slice(start + open.length, end));
    at = end + close.length;
  }
}

/** XML without the elements of a name. */
function withoutElements(xml: string, name: string): string {
  const [open, close] = [`<${name}>`, `</${name}>`];
  return xml
    .split(open)
    .map((part, i) => (i === 0 ? part : part.slice(Math.max(0, part.indexOf(close) + close.length))))
    .join("");
}

function endless(url: string): StoreError {
  return new StoreError({
    path: redactUrl(url),
    found: `a listing of more than ${MOST_LISTED_KEYS} objects, or without an end`,
    expected: "the objects of one store",
    remedy: "Check the address and the service.",
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** Text of XML without its escapes. */
function plain(xml: string): string {
  return xml.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith("#")) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : whole;
    const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
