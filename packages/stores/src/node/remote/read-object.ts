import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { MOST_TABLE_BYTES } from "../../bounds.js";
import { refused } from "../../remote/refused.js";
import type { ReadOptions } from "../../store.js";
import type { StoreAccess } from "../../store-access.js";
import { readFileBytes } from "../read-file.js";
import { parseLocation } from "./parse-location.js";
import { remoteParts } from "./remote-parts.js";

export interface ReadFileOptions extends ReadOptions {
  /** What is wanted there, in words; a table as text by default. */
  readonly expects?: string;
}

/** A file as a whole, at a path or URL: for tables, not for stores. Throws StoreError where it cannot be read, or is larger than `most` (512 MiB). */
export async function readObject(
  location: string,
  access: StoreAccess = {},
  { signal, most = MOST_TABLE_BYTES, expects = "a table as CSV or tab-separated text" }: ReadFileOptions = {},
): Promise<Uint8Array> {
  const place = parseLocation(location);
  if (place.opener !== "path") {
    const { fetch, sign, url, signedHow } = await remoteParts(place, access);
    const answer = await fetch({ url, sign, signal, most });
    if (answer.status !== 200) throw refused(url, answer, signedHow);
    return answer.bytes;
  }
  try {
    signal?.throwIfAborted();
    const bytes = await readFileBytes(place.path, most);
    signal?.throwIfAborted();
    if (bytes) return bytes;
    throw new Error("it is a folder");
  } catch (cause) {
    signal?.throwIfAborted();
    if (isFlashdeconvError(cause)) throw cause;
    throw new StoreError({
      path: place.path,
      found: `no file that can be read: ${reasonOf(cause)}`,
      expected: expects,
      remedy: "Check the path and its permissions.",
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return "there is nothing of that name";
  return code === "EACCES" || code === "EPERM" ? "no permission to read it" : message;
}
