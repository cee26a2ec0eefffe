import { constants, type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { Readable } from "node:stream";
import { StoreError } from "@flashdeconv/core";
import type { ResultPart } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, StoreKey } from "@flashdeconv/stores";
import { readKey } from "@flashdeconv/stores/internal";
import { asReadError } from "@flashdeconv/stores/node/internal";
import type { ByteSpan } from "./byte-range.js";

/** A key's bytes, open: closed by whoever opened it. */
export interface OpenKey {
  readonly size: number;
  /** Tells this content from any other of the key, where that is known. */
  readonly etag?: string;
  bytes(span: ByteSpan): Readable;
  close(): Promise<void>;
}

/** Where the bytes of a result's keys come from. */
export interface KeySource {
  /** Undefined for a key that is not there. Throws what reading throws. */
  open(key: StoreKey, signal: AbortSignal): Promise<OpenKey | undefined>;
  /** Whether the result is still the one that was opened. */
  isSame(): Promise<boolean>;
}

/** An object of a store that is read whole: its size. A folder's files are passed on piece by piece, whatever their size. */
const MOST_OBJECT_BYTES = 2 ** 27;
/** Of objects that were read whole, so many bytes are kept for the next range of one. */
const MOST_KEPT_BYTES = 2 ** 26;

/** Pipes are not waited for, and the path is real: no part of it is a link. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Keys of a store that is no folder: read through it, with its credentials. */
export function storeKeys(store: ReadableStore): KeySource {
  const kept = keptObjects();
  return {
    async open(key, signal) {
      const bytes = kept.get(key) ?? (await readKey(store, key, { most: MOST_OBJECT_BYTES, signal }));
      if (bytes === undefined) return undefined;
      kept.put(key, bytes);
      return openBytes(bytes);
    },
    // An open file stays what it is, and versions behind a network are compared by the store.
    isSame: async () => true,
  };
}

/** The part's own documents, then those of the source. */
export function withDocuments(source: KeySource, { documents, holds }: ResultPart): KeySource {
  return {
    async open(key, signal) {
      const document = documents.get(key);
      if (document) return openBytes(document);
      return holds(key) ? source.open(key, signal) : undefined;
    },
    isSame: () => source.isSame(),
  };
}

/** Keys of a folder. A link that leads out of it, or to nothing, is refused: taken for missing, a chunk would be read as zeros. */
export async function folderKeys(folder: string, watched: readonly StoreKey[]): Promise<KeySource> {
  const root = await realpath(folder);
  const stampOf = () =>
    Promise.all(
      [root, ...watched.map((key) => join(root, key))].map((path, i) =>
        stat(path).then(
          ({ dev, ino, size, mtimeMs }) => (i === 0 ? `${dev} ${ino}` : `${dev} ${ino} ${size} ${mtimeMs}`),
          () => "nothing",
        ),
      ),
    ).then((stamps) => stamps.join("\n"));
  const stamp = await stampOf();
  return {
    open: (key) =>
      asReadError(key.slice(1), async () => {
        const path = await realpath(join(root, key)).catch(ifMissing);
        if (path === undefined) {
          if (await endsInLink(root, key)) throw strayLink(key, "a link to nothing");
          return undefined;
        }
        if (!path.startsWith(root.endsWith(sep) ? root : root + sep))
          throw strayLink(key, "a link out of the store");
        const file = await open(path, FLAGS).catch(ifMissing);
        return file && openFile(file);
      }),
    isSame: async () => (await stampOf()) === stamp,
  };
}

/** Whether a key is missing because it, or a folder that it lies in, is a link to nothing. */
async function endsInLink(root: string, key: StoreKey): Promise<boolean> {
  for (let path = join(root, key); path !== root; path = dirname(path)) {
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    return stat(path).then(
      () => false,
      () => true,
    );
  }
  return false;
}

function strayLink(key: string, found: string): StoreError {
  return new StoreError({
    path: key.slice(1),
    found,
    expected: "a file in the store: nothing else is shown",
    remedy: "Copy the store with what its links lead to (cp -rL), and view the copy.",
  });
}

async function openFile(file: FileHandle): Promise<OpenKey | undefined> {
  const stats = await file.stat();
  const { size, mtimeMs, ino } = stats;
  if (!stats.isFile()) {
    await file.close();
    return undefined;
  }
  return {
    size,
    etag: `"${ino.toString(36)}-${size.toString(36)}-${Math.round(1000 * mtimeMs).toString(36)}"`,
    bytes: ({ from, to }) =>
      to > from ? file.createReadStream({ start: from, end: to - 1 }) : Readable.from([]),
    close: () => file.close(),
  };
}

function openBytes(bytes: Uint8Array): OpenKey {
  return {
    size: bytes.length,
    bytes: ({ from, to }) => Readable.from(to > from ? [bytes.subarray(from, to)] : []),
    close: async () => undefined,
  };
}

const MISSING = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG"]);

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === undefined || !MISSING.has(error.code)) throw error;
}

/** The objects read last, as far as there is room. */
function keptObjects() {
  const kept = new Map<string, Uint8Array>();
  let size = 0;
  return {
    get: (key: string) => kept.get(key),
    put(key: string, bytes: Uint8Array) {
      if (kept.has(key) || bytes.length > MOST_KEPT_BYTES) return;
      kept.set(key, bytes);
      size += bytes.length;
      for (const [oldest, { length }] of kept) {
        if (size <= MOST_KEPT_BYTES) return;
        kept.delete(oldest);
        size -= length;
      }
    },
  };
}
