import { StoreError } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import { MOST_BYTES, readBounded } from "@flashdeconv/stores/internal";

/** Bytes that may be fetched of an array before they are asked for. */
const READ_AHEAD_BYTES = 2 ** 22;
/** What a server says of itself is short. */
const MOST_ANSWER_BYTES = 2 ** 12;

/**
 * The store below an address of the page's own server, of which nothing but keys is asked. Fails with StoreError, in words for whoever
 * looks at the page.
 */
export function fetchStore(address: string, name: string): ReadableStore {
  const urlOf = (key: string) => address + key.split("/").map(encodeURIComponent).join("/");
  return {
    name,
    readAheadBytes: READ_AHEAD_BYTES,
    async get(key, { signal, most = MOST_BYTES } = {}) {
      const response = await ask(urlOf(key), { path: key, signal });
      return response.status === 404 ? undefined : bytesOf(response, { path: key, most });
    },
    async getRange(key, range, { signal } = {}) {
      const isSuffix = "suffixLength" in range;
      const length = isSuffix ? range.suffixLength : range.length;
      const span = isSuffix ? `-${length}` : `${range.offset}-${range.offset + length - 1}`;
      const response = await ask(urlOf(key), { path: key, signal, headers: { range: `bytes=${span}` } });
      if (response.status === 404) return undefined;
      if (response.status === 206) return bytesOf(response, { path: key, most: length });
      throw failure(key, { found: "a server that sends no parts of files", status: response.status });
    },
  };
}

interface Asking {
  readonly path: string;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws StoreError where there is no answer, or one that is neither bytes nor "not there" */
export async function ask(url: string, { path, signal, headers }: Asking): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal, headers });
  } catch (cause) {
    signal?.throwIfAborted();
    throw failure(path, { found: "no connection to `flashdeconv view`", cause });
  }
  if (response.ok || response.status === 404) return response;
  const told = await bytesOf(response, { path, most: MOST_ANSWER_BYTES }).then(
    (bytes) => new TextDecoder().decode(bytes).trim(),
    () => "",
  );
  const found = `the answer ${response.status}${told === "" ? "" : ` (${told})`}`;
  throw failure(path, { found, status: response.status });
}

/** The body of an answer, of which no more than `most` bytes are held. */
export async function bytesOf(
  response: Response,
  { path, most }: { readonly path: string; readonly most: number },
): Promise<Uint8Array> {
  try {
    return await readBounded(response.body, most);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "AbortError") throw cause;
    throw failure(path, { found: "a connection that broke off, or more bytes than there may be", cause });
  }
}

function failure(
  path: string,
  parts: { readonly found: string; readonly cause?: unknown; readonly status?: number },
): StoreError {
  return new StoreError({
    path: path.replace(/^\//, ""),
    expected: "bytes of the result",
    remedy: "If the command has ended, start it again and open the address that it prints.",
    ...parts,
  });
}
