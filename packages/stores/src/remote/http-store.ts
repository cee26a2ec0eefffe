import { tooLarge } from "../read-key.js";
import type { ByteRange, ReadableStore, ReadOptions } from "../store.js";
import { isDocument, type StoreFormat } from "../store-format.js";
import { isMissingAnswer, type ObjectCache, objectReader } from "./object-reader.js";
import type { RemoteAnswer } from "./read-answer.js";
import { redactUrl } from "./redact-url.js";
import { errorCode, refused } from "./refused.js";
import { type RemoteOptions, resolveRemoteOptions } from "./remote-options.js";
import type { RetryingFetch, SignRequest } from "./remote-request.js";
import { retryingFetch } from "./retrying-fetch.js";
import { type TransferLedger, transferLedger } from "./transfer-ledger.js";
import { withoutSecrets } from "./url-secrets.js";

/** How requests of a service are made. */
export interface RemoteAccess {
  /** Shows who asks. A query or user name in the store's URL does so by itself. */
  readonly sign?: SignRequest;
  /** Said with a refusal: how requests were signed, or why they were not. */
  readonly signedHow?: string;
  /** Names below a folder of the store, where the service tells them. */
  readonly list?: ReadableStore["list"];
  /** The fetch to use, so that several stores share its limits, or tests bring one. */
  readonly fetch?: RetryingFetch;
  /** Counts and versions, shared by all who read the store. */
  readonly ledger?: TransferLedger;
  readonly cache?: ObjectCache;
  /** Tells its documents, which are asked for to find out whether they are there. Without it there are none. */
  readonly format?: StoreFormat;
}

export type RemoteStore = ReadableStore &
  Required<Pick<ReadableStore, "name" | "getRange" | "mostBytes">> & { readonly ledger: TransferLedger };

/**
 * A store below an `http(s)` URL. A query of the URL (a signature, a SAS token) goes with every request.
 *
 * Not there is what is answered with 404 or 410. A service that may not list answers 403 for what is not there: that
 * counts as missing too, but only for metadata documents, never for a chunk, and not where all documents of the root are
 * refused. Any other answer, and an object of which two versions were met, is a StoreError.
 */
export function httpStore(
  location: string,
  remoteOptions: RemoteOptions = {},
  access: RemoteAccess = {},
): RemoteStore {
  const options = resolveRemoteOptions(remoteOptions);
  const { ledger = transferLedger(), cache, format } = access;
  const rootDocuments = format?.rootDocuments ?? [];
  const { url, sign: ownSign } = withoutSecrets(location);
  const base = new URL(url);
  const fetch = access.fetch ?? retryingFetch(options, { ledger });
  const reader = objectReader({ fetch, ledger, sign: access.sign ?? ownSign, cache, options });
  const rootAnswers = new Map<string, RemoteAnswer>();

  const request = async (key: string, range: ByteRange | undefined, { signal, most }: ReadOptions) => {
    const wanted = range ? { range } : { most: most ?? options.mostBytes };
    const part = await reader.read(urlOfKey(base, key), wanted, signal);
    if (!isMissingAnswer(part)) return part.bytes;
    if (!isMissing(part, format && isDocument(format, key)))
      throw refused(urlOfKey(base, key), part, access.signedHow);
    if (rootDocuments.includes(key.slice(1))) rootAnswers.set(key, part);
    const forbidden = [...rootAnswers.values()].find(({ status }) => status === 403);
    if (rootAnswers.size === rootDocuments.length && forbidden)
      throw refused(url, forbidden, access.signedHow);
    return undefined;
  };

  return {
    name: redactUrl(location),
    ledger,
    readAheadBytes: options.readAheadBytes,
    mostBytes: options.mostBytes,
    ...(access.list && { list: access.list }),
    async get(key, readOptions: ReadOptions = {}) {
      return leavesStore(key) ? undefined : request(key, undefined, readOptions);
    },
    async getRange(key, range, readOptions: ReadOptions = {}) {
      if (leavesStore(key)) return undefined;
      const length = "suffixLength" in range ? range.suffixLength : range.length;
      if (length === 0) return new Uint8Array(0);
      if (length > (readOptions.most ?? options.mostBytes)) throw tooLarge(key, length, options.mostBytes);
      return request(key, range, readOptions);
    },
  };
}

/** `base` with the key's segments below its path, each escaped. */
export function urlOfKey(base: URL, key: string): string {
  const url = new URL(base);
  const path = key.split("/").filter((part) => part !== "");
  const folder = url.pathname.replace(/\/+$/, "");
  url.pathname = [folder, ...path.map(escapeSegment)].join("/");
  return url.href;
}

/** As encodeURIComponent, and what it leaves but signatures do not. */
export function escapeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Keys come from metadata, which is not ours: none may lead out of the store. */
function leavesStore(key: string): boolean {
  return key.split("/").some((part) => part === ".." || part === ".");
}

function isMissing({ status, bytes }: RemoteAnswer, isDocument = false): boolean {
  const code = errorCode(bytes);
  if (status === 404 || status === 410) return code !== "NoSuchBucket" && code !== "ContainerNotFound";
  return status === 403 && isDocument && (code ?? "AccessDenied") === "AccessDenied";
}
