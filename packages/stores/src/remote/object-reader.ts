import { StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { ByteRange } from "../store.js";
import { joiningReader } from "./join-ranges.js";
import type { RemoteAnswer } from "./read-answer.js";
import { redactUrl } from "./redact-url.js";
import type { ResolvedRemoteOptions } from "./remote-options.js";
import type { RetryingFetch, SignRequest } from "./remote-request.js";
import type { TransferLedger } from "./transfer-ledger.js";

/** Bytes kept from an earlier read, and the version of the object they are of. */
export interface CachedBytes {
  /** Empty where the server told none, in a cache of this run alone. */
  readonly etag: string;
  readonly bytes: Uint8Array;
}

/** Keeps bytes of objects, for instance on the disk. Ids are texts of any length. */
export interface ObjectCache {
  /** Whether this run has fetched all that it holds: then nobody is asked whether that has changed. False by default. */
  readonly isOfThisRun?: boolean;
  /** Undefined for what is not there, no longer whole, or of more than so many bytes. */
  get(id: string, most: number): Promise<CachedBytes | undefined>;
  put(id: string, entry: CachedBytes): Promise<void>;
}

export interface ReaderParts {
  readonly fetch: RetryingFetch;
  readonly ledger: TransferLedger;
  readonly sign?: SignRequest;
  readonly cache?: ObjectCache;
  readonly options: ResolvedRemoteOptions;
}

/** What is read of an object. */
export interface ObjectPart {
  readonly bytes: Uint8Array;
  /** Undefined where it is not known. */
  readonly size: number | undefined;
}

/** What is read of an object: a part, or all of it and how much that may be. */
export type Wanted =
  | { readonly range: ByteRange; readonly most?: undefined }
  | { readonly range?: undefined; readonly most: number };

/** Reads objects by their URL. */
export interface ObjectReader {
  /** An object of at most so many bytes, or the part of a range that it reaches; where there is none, the answer that said so. */
  read(url: string, wanted: Wanted, signal?: AbortSignal): Promise<ObjectPart | RemoteAnswer>;
}

export function isMissingAnswer(part: ObjectPart | RemoteAnswer): part is RemoteAnswer {
  return "status" in part && part.status !== 200 && part.status !== 206 && part.status !== 416;
}

/**
 * Reads objects, never two versions of one: the version first met is kept in the ledger, and an answer of another one is a
 * StoreError (status 412). What the cache holds of that version is not asked for again; what it holds of an object that
 * has not been met yet is asked for on the condition that it has changed.
 */
export function objectReader({ fetch, ledger, sign, cache, options }: ReaderParts): ObjectReader {
  /** First questions about an object's version that are under way. */
  const asking = new Map<string, Promise<unknown>>();

  const ask = async (url: string, wanted: Wanted, signal?: AbortSignal, known?: string) => {
    const headers = known === undefined ? undefined : { "if-none-match": known };
    const answer = await fetch({ url, ...wanted, sign, headers, signal });
    if (answer.status !== 304) checkVersion(ledger, url, answer);
    return answer;
  };

  const readSpan = joiningReader<RemoteAnswer>(
    (url, { start, end }, signal) => ask(url, { range: { offset: start, length: end - start } }, signal),
    options.maxGapBytes,
    options.maxJoinedBytes,
  );

  const fetchPart = (url: string, wanted: Wanted, signal?: AbortSignal) => {
    const { range } = wanted;
    return range === undefined || "suffixLength" in range
      ? ask(url, wanted, signal)
      : readSpan(url, { start: range.offset, end: range.offset + range.length }, { signal });
  };

  const keep = async (id: string, answer: RemoteAnswer) => {
    const etag = strongEtag(answer) ?? (cache?.isOfThisRun ? "" : undefined);
    const isWhole = answer.status === 200 || answer.status === 206;
    if (cache && etag !== undefined && isWhole) await cache.put(id, { etag, bytes: answer.bytes });
    return answer;
  };

  const fromCache = ({ bytes }: CachedBytes): ObjectPart => {
    ledger.add("bytesFromCache", bytes.length);
    return { bytes, size: undefined };
  };

  return {
    async read(url, wanted, signal) {
      if (!cache) return fetchPart(url, wanted, signal);
      const { range } = wanted;
      const id = `${url} ${range === undefined ? "" : JSON.stringify(range)}`;
      const entry = await cache.get(id, mostOf(wanted));
      if (!entry) return keep(id, await fetchPart(url, wanted, signal));
      if (cache.isOfThisRun) {
        const { etag } = entry;
        if (etag !== "" && !ledger.agrees(versionKey(url), etag)) throw changed(url, `the ETag ${etag}`);
        return fromCache(entry);
      }
      // One question tells the version of the whole object; the others wait for its answer.
      await asking.get(url)?.catch(() => undefined);
      if (ledger.holds(versionKey(url), entry.etag)) return fromCache(entry);
      const question = ask(url, wanted, signal, entry.etag);
      asking.set(url, question);
      try {
        const answer = await question;
        if (answer.status !== 304) return keep(id, answer);
        if (!ledger.agrees(versionKey(url), entry.etag)) throw changed(url, `the ETag ${entry.etag}`);
        ledger.agrees(`there ${url}`, "yes");
        return fromCache(entry);
      } finally {
        if (asking.get(url) === question) asking.delete(url);
      }
    },
  };
}

/**
 * Versions are told apart by strong ETags, else by Last-Modified, else by size. Weak ETags are passed over: servers that
 * compress make them anew for the same bytes.
 */
function checkVersion(ledger: TransferLedger, url: string, answer: RemoteAnswer): void {
  const { status, headers, size } = answer;
  if (status !== 200 && status !== 206) {
    const isGone = (status === 404 || status === 410) && !ledger.agrees(`there ${url}`, "no");
    if (isGone) throw changed(url, `the answer ${status} for an object that was there before`);
    return;
  }
  if (!ledger.agrees(`there ${url}`, "yes")) throw changed(url, "an object that was not there before");
  const etag = strongEtag(answer);
  const modified = headers.get("last-modified");
  if (etag !== undefined) {
    if (!ledger.agrees(versionKey(url), etag))
      throw changed(url, `the ETag ${etag}, another one than before`);
  } else if (modified !== null) {
    if (!ledger.agrees(`modified ${url}`, modified)) throw changed(url, `a change on ${modified}`);
  } else if (size !== undefined) {
    if (!ledger.agrees(`size ${url}`, String(size)))
      throw changed(url, `${numbered(size, "byte")}, not as many as before`);
  }
}

function mostOf({ range, most }: Wanted): number {
  if (range === undefined) return most;
  return "suffixLength" in range ? range.suffixLength : range.length;
}

function versionKey(url: string): string {
  return `etag ${url}`;
}

function strongEtag({ headers }: RemoteAnswer): string | undefined {
  const etag = headers.get("etag");
  return etag === null || etag.startsWith("W/") ? undefined : etag;
}

function changed(url: string, found: string): StoreError {
  return new StoreError({
    path: redactUrl(url),
    status: 412,
    found: `another version of an object that was read before (${found.slice(0, 200)})`,
    expected: "a store that stays as it is while it is read",
    remedy: "Wait until nobody writes to the store any more, then run again from the start.",
  });
}
