import { StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { OpenFile } from "../range-reader.js";
import { requireWithin } from "../zip/zip-reader.js";
import type { HttpParts } from "./http-parts.js";
import { isMissingAnswer, type ObjectCache, objectReader } from "./object-reader.js";
import type { RemoteAnswer } from "./read-answer.js";
import { refused } from "./refused.js";

/** Read at first: what tells the format of a file, and usually where the rest of it is described. */
const HEAD_BYTES = 2 ** 16;

/** The file at a URL, read by ranges; undefined where there is none. Throws StoreError where it may not be read. */
export async function openRemoteFile(parts: HttpParts, cache?: ObjectCache): Promise<OpenFile | undefined> {
  const { name, url, sign, fetch, ledger, options, signedHow } = parts;
  const reader = objectReader({ fetch, ledger, sign, cache, options });
  const read = (offset: number, length: number, signal?: AbortSignal) =>
    reader.read(url, { range: { offset, length } }, signal);
  const head = await read(0, HEAD_BYTES);
  if (isMissingAnswer(head)) {
    if (head.status === 404 || head.status === 410) return undefined;
    throw refused(url, head, signedHow);
  }
  // A cache keeps bytes and not the size of the file they are of; one more byte tells it.
  const size = head.size ?? (await askSize(parts)).size;
  return {
    name,
    readAheadBytes: options.readAheadBytes,
    mostBytes: options.mostBytes,
    getLength: async () => size,
    async read(offset, length, { signal } = {}) {
      requireWithin(size, offset, length);
      if (offset + length <= head.bytes.length) return head.bytes.slice(offset, offset + length);
      const part = await read(offset, length, signal);
      if (isMissingAnswer(part)) throw refused(url, part, signedHow);
      return new Uint8Array(part.bytes);
    },
    async fingerprint() {
      const { size, headers } = await askSize(parts);
      const version = headers.get("etag") ?? headers.get("last-modified") ?? "without a version";
      return { "": `a file, ${numbered(size, "byte")}, ${version.slice(0, 200)}` };
    },
    transfer: () => ledger.counts(),
    close: async () => undefined,
  };
}

/** Asks for one byte, and so for the size of a file. */
export async function askSize({
  fetch,
  url,
  sign,
  signedHow,
  name,
}: HttpParts): Promise<RemoteAnswer & { readonly size: number }> {
  const answer = await fetch({ url, sign, range: { offset: 0, length: 1 } });
  if (answer.status !== 206 && answer.status !== 200) throw refused(url, answer, signedHow);
  const { size } = answer;
  if (size !== undefined) return { ...answer, size };
  throw new StoreError({
    path: name,
    found: "a server that does not tell the size of the file",
    expected: "the answer 206 with Content-Range",
    remedy: "Put the file on a server that supports range requests, or copy it to the disk.",
  });
}
