import { open, readdir, readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { ByteRange, LocalStore, ReadOptions } from "../store.js";
import { ifPresent } from "./file-errors.js";
import { fingerprintFolder } from "./fingerprint-folder.js";

/** A Zarr store that is a folder. Reads nothing outside of it, except through links that lie in it. */
export function directoryStore(root: string): LocalStore {
  const folder = resolve(root);
  /** The file of a key, or undefined for a key that points out of the folder. */
  const file = (key: string): string | undefined => {
    const path = join(folder, key);
    return path === folder || path.startsWith(folder + sep) ? path : undefined;
  };
  return {
    name: root,
    async get(key, { signal }: ReadOptions = {}) {
      signal?.throwIfAborted();
      const path = file(key);
      return path === undefined ? undefined : ifFile(readFile(path, { signal }));
    },
    async getRange(key, range, { signal }: ReadOptions = {}) {
      signal?.throwIfAborted();
      const path = file(key);
      return path === undefined ? undefined : ifFile(readRange(path, range));
    },
    async list(path) {
      const target = file(path);
      return (target === undefined ? undefined : await ifPresent(readdir(target))) ?? [];
    },
    fingerprint: (options) => fingerprintFolder(folder, options),
  };
}

/** As many of the asked bytes as the file holds. */
async function readRange(path: string, range: ByteRange): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const wanted = "suffixLength" in range ? range.suffixLength : range.length;
    const offset = "suffixLength" in range ? Math.max(0, size - wanted) : range.offset;
    const bytes = new Uint8Array(Math.max(0, Math.min(wanted, size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** Undefined where there is no such file, or a folder of that name. */
async function ifFile<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await ifPresent(operation);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR") return undefined;
    throw error;
  }
}
