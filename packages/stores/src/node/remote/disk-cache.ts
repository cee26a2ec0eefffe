import { createHash, randomBytes } from "node:crypto";
import { open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { isFlashdeconvError, OptionError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { ObjectCache } from "../../remote/object-reader.js";
import { asStoreError, diskFull, ifPresent, isDiskFull } from "../file-errors.js";
import { makeFolders } from "../make-folders.js";
import { isAbandoned, ownerTag } from "../owner-tag.js";
import { readFileBytes } from "../read-file.js";

export const CACHE_BYTES = 20 * 2 ** 30;

/** An entry's file: this mark, lengths of ETag and bytes, their checksum, ETag, bytes. */
const MARK = 0x46444331;
const HEAD_BYTES = 16;
/** An ETag comes in a header. */
const MOST_ETAG = 2 ** 16;
/** Room made when the folder is full, so that it is not looked through for every entry. */
const FREED_SHARE = 0.1;

/**
 * A cache of bytes in a folder, a file an entry. Files appear whole under their name, so any number of runs may use a folder
 * at the same time; one that is damaged counts as missing. Above `maxBytes` those used longest ago are removed.
 *
 * @throws OptionError for a limit that is not a number of bytes; StoreError where the folder cannot be made or written to
 */
export async function diskCache(folder: string, maxBytes = CACHE_BYTES): Promise<ObjectCache> {
  if (!(maxBytes > 0)) {
    throw new OptionError({ option: "cacheBytes", value: maxBytes, rule: "a number of bytes above 0" });
  }
  const root = resolve(folder);
  await asStoreError(folder, () => makeFolders(root, 0o700));
  let total = await sizeOf(root);

  const fileOf = (id: string) => {
    const name = createHash("sha256").update(id).digest("hex");
    return { folder: join(root, name.slice(0, 2)), path: join(root, name.slice(0, 2), name.slice(2)) };
  };

  return {
    async get(id, most) {
      const { path } = fileOf(id);
      const limit = most + HEAD_BYTES + MOST_ETAG;
      const file = await inCache(folder, () =>
        asStoreError(folder, async () => {
          const found = await ifPresent(stat(path));
          return found && found.size <= limit ? ifPresent(readFileBytes(path, limit)) : undefined;
        }),
      );
      const entry = file && parseEntry(file);
      // Other runs see by this that it is in use.
      if (entry) await utimes(path, new Date(), new Date()).catch(() => undefined);
      return entry;
    },
    async put(id, { etag, bytes }) {
      const { folder: at, path } = fileOf(id);
      const file = encodeEntry(etag, bytes);
      if (file.length > maxBytes) return;
      if (total + file.length > maxBytes) {
        await free(root, maxBytes * (1 - FREED_SHARE) - file.length);
        total = await sizeOf(root);
      }
      const draft = `${path}.${ownerTag()}-${randomBytes(4).toString("hex")}`;
      try {
        await makeFolders(at, 0o700);
        await writeWhole(draft, file);
        await rename(draft, path);
        total += file.length;
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        await inCache(folder, async () => {
          throw await cannotKeep(folder, root, file.length, error);
        });
      }
    },
  };
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}

function encodeEntry(etag: string, bytes: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(etag);
  const file = new Uint8Array(HEAD_BYTES + name.length + bytes.length);
  file.set(name, HEAD_BYTES);
  file.set(bytes, HEAD_BYTES + name.length);
  const head = new DataView(file.buffer);
  head.setUint32(0, MARK);
  head.setUint32(4, name.length);
  head.setUint32(8, bytes.length);
  head.setUint32(12, crc32(file.subarray(HEAD_BYTES)));
  return file;
}

function parseEntry(file: Uint8Array): { etag: string; bytes: Uint8Array } | undefined {
  if (file.length < HEAD_BYTES) return undefined;
  const head = new DataView(file.buffer, file.byteOffset);
  const nameLength = head.getUint32(4);
  const isWhole = head.getUint32(0) === MARK && file.length === HEAD_BYTES + nameLength + head.getUint32(8);
  if (!isWhole || crc32(file.subarray(HEAD_BYTES)) !== head.getUint32(12)) return undefined;
  const etag = new TextDecoder().decode(file.subarray(HEAD_BYTES, HEAD_BYTES + nameLength));
  return { etag, bytes: new Uint8Array(file.subarray(HEAD_BYTES + nameLength)) };
}

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Entries of the cache. Drafts of killed runs are removed on the way. */
async function entriesOf(root: string): Promise<Kept[]> {
  const entries: Kept[] = [];
  for (const folder of await readdir(root)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of (await ifPresent(readdir(join(root, folder)))) ?? []) {
      const path = join(root, folder, name);
      const [hash, tag] = name.split(/\.(.*)/);
      if (tag !== undefined && isAbandoned(tag)) await rm(path, { force: true });
      if (tag !== undefined || !/^[0-9a-f]{62}$/.test(hash)) continue;
      const found = await ifPresent(stat(path));
      if (found) entries.push({ path, bytes: found.size, usedAt: found.mtimeMs });
    }
  }
  return entries;
}

async function sizeOf(root: string): Promise<number> {
  return (await entriesOf(root)).reduce((sum, { bytes }) => sum + bytes, 0);
}

async function free(root: string, goal: number): Promise<void> {
  const entries = (await entriesOf(root)).sort((a, b) => a.usedAt - b.usedAt);
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of entries) {
    if (total <= goal) return;
    await rm(path, { force: true });
    total -= bytes;
  }
}

/** Does something in the cache. What fails there is about the cache, not about the store that is read through it. */
async function inCache<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFlashdeconvError(error)) error.store ??= folder;
    throw error;
  }
}

/** Without what it was asked to keep a run would fetch it again, for hours perhaps: it ends. */
async function cannotKeep(folder: string, root: string, bytes: number, cause: unknown): Promise<unknown> {
  if (!isDiskFull(cause)) {
    return asStoreError(folder, async () => Promise.reject(cause)).catch((error) => error);
  }
  const remedy = `Free some space, give another folder (${optionName("cache")}) or a smaller limit (${optionName("cacheBytes")}).`;
  return diskFull(folder, cause, { place: root, bytes, remedy });
}
