import { readFile } from "node:fs/promises";
import { StoreError } from "@flashdeconv/core";
import { refused } from "../../remote/refused.js";
import type { ReadOptions } from "../../store.js";
import { parseLocation } from "./parse-location.js";
import { remoteParts } from "./remote-parts.js";
import type { StoreAccess } from "./store-access.js";

/** A file as a whole, at a path or URL: for tables, not for stores. Throws StoreError where it cannot be read. */
export async function readObject(
  location: string,
  access: StoreAccess = {},
  { signal }: ReadOptions = {},
): Promise<Uint8Array> {
  const place = parseLocation(location);
  if (place.kind !== "path") {
    const { fetch, sign, url, signedHow } = await remoteParts(place, access);
    const answer = await fetch({ url, sign, signal });
    if (answer.status !== 200) throw refused(url, answer, signedHow);
    return answer.bytes;
  }
  try {
    return await readFile(place.path, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new StoreError({
      path: place.path,
      found: `no file that can be read (${(cause as Error).message})`,
      expected: "a table as CSV or tab-separated text",
      remedy: "Check the path and its permissions.",
      cause,
    });
  }
}
