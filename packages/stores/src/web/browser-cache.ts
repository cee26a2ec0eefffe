import { isFlashdeconvError } from "@flashdeconv/core";
import type { CachedBytes, ObjectCache } from "../remote/object-reader.js";
import { type BrowserFile, openBrowserFile } from "./browser-files.js";

// What a run has fetched, so that it is fetched once. Each worker writes to one file of its own, which is many times faster than a file an
// entry, and tells the others what it has. Nobody reads a folder of another run.

interface Entry {
  readonly file: string;
  readonly at: number;
  readonly length: number;
  readonly etag: string;
  readonly checksum: number;
}

type Message =
  | { readonly kind: "entries"; readonly entries: readonly (readonly [id: string, entry: Entry])[] }
  | { readonly kind: "ask" }
  | CacheStopped;

/** Told on the channel of a cache that keeps no more. */
export interface CacheStopped {
  readonly kind: "stopped";
  readonly found: string;
}

/** Where the workers of a run tell each other what they keep. */
export function cacheChannel(folder: string): BroadcastChannel {
  return new BroadcastChannel(`flashdeconv-cache ${folder}`);
}

interface OpenCache extends ObjectCache {
  close(): Promise<void>;
}

const caches = new Map<string, Promise<OpenCache>>();

/** The cache in a folder of `openBrowserFolder`, one for all stores of this worker. */
export function browserCache(folder: string): Promise<ObjectCache> {
  const known = caches.get(folder) ?? openCache(folder);
  caches.set(folder, known);
  return known;
}

/** Closes what this worker has open in a folder, which is about to be removed. What is asked for after that is not kept. */
export async function closeBrowserCache(folder: string): Promise<void> {
  const cache = await caches.get(folder)?.catch(() => undefined);
  caches.delete(folder);
  await cache?.close();
}

async function openCache(folder: string): Promise<OpenCache> {
  const ownPath = `${folder}/cache-${crypto.randomUUID()}`;
  const own = new Map<string, Entry>();
  const others = new Map<string, Entry>();
  const files = new Map<string, Promise<BrowserFile>>();
  const fileOf = (path: string) => {
    const known = files.get(path) ?? openBrowserFile(path);
    files.set(path, known);
    return known;
  };
  let end = 0;
  let isStopped = false;
  let isClosed = false;
  const channel = cacheChannel(folder);
  const tell = (message: Message) => channel.postMessage(message);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "ask" && own.size > 0) tell({ kind: "entries", entries: [...own] });
    if (data.kind === "entries") for (const [id, entry] of data.entries) others.set(id, entry);
  };
  tell({ kind: "ask" });

  return {
    isOfThisRun: true,
    async get(id, most) {
      const entry = own.get(id) ?? others.get(id);
      return entry && entry.length <= most && !isClosed
        ? readEntry(await fileOf(entry.file), entry)
        : undefined;
    },
    async put(id, { etag, bytes }) {
      if (isStopped || own.has(id) || others.has(id)) return;
      const entry = { file: ownPath, at: end, length: bytes.length, etag, checksum: checksumOf(bytes) };
      end += bytes.length;
      try {
        await (await fileOf(ownPath)).write(bytes, entry.at);
      } catch (error) {
        // It can be fetched again.
        isStopped = true;
        tell({ kind: "stopped", found: isFlashdeconvError(error) ? error.found : String(error) });
        return;
      }
      if (isClosed) return;
      own.set(id, entry);
      tell({ kind: "entries", entries: [[id, entry]] });
    },
    async close() {
      isStopped = true;
      isClosed = true;
      channel.close();
      const opened = [...files.values()];
      files.clear();
      await Promise.allSettled(opened.map(async (file) => (await file).close()));
    },
  };
}

/** Undefined for bytes that are not those that were kept, such as of a file that somebody has cleared away. */
async function readEntry(
  file: BrowserFile,
  { at, length, etag, checksum }: Entry,
): Promise<CachedBytes | undefined> {
  const bytes = new Uint8Array(length);
  const isThere = await file.read(bytes, at).then(
    () => true,
    () => false,
  );
  return isThere && checksumOf(bytes) === checksum ? { etag, bytes } : undefined;
}

/** FNV-1a (public domain, Fowler, Noll and Vo) over words of four bytes, then over the bytes that are left. */
function checksumOf(given: Uint8Array): number {
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let sum = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i], 0x01000193);
  for (let i = 4 * words.length; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i], 0x01000193);
  return sum;
}
