import { refused } from "../../remote/refused.js";
import { withQuery } from "../../remote/url-secrets.js";
import type { RemoteParts } from "./remote-parts.js";

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
    const answer = await fetch({ url, sign, signal });
    if (answer.status !== 200) throw refused(bucket.bucketUrl, answer, signedHow);
    const xml = new TextDecoder().decode(answer.bytes);
    for (const part of elements(xml, isAzure ? "BlobPrefix" : "CommonPrefixes")) {
      folders.push(...elements(part, isAzure ? "Name" : "Prefix").map(plain));
    }
    const own = isAzure ? xml.replace(/<BlobPrefix>.*?<\/BlobPrefix>/gs, "") : xml;
    keys.push(...elements(own, isAzure ? "Name" : "Key").map(plain));
    next = plain(elements(xml, isAzure ? "NextMarker" : "NextContinuationToken")[0] ?? "");
  } while (next !== "" && keys.length < most);
  return { keys, folders };
}

function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, "gs"))].map(([, content]) => content);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** Text of XML without its escapes. */
function plain(xml: string): string {
  return xml.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    return ENTITIES[name] ?? whole;
  });
}
