import { readdir } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { MOST_BYTES } from "../bounds.js";
import type { ByteRange, LocalStore, ReadOptions } from "../store.js";
import { asReadError, ifPresent } from "./file-errors.js";
import { fingerprintFolder } from "./fingerprint-folder.js";
import { readFileBytes } from "./read-file.js";

/** A store that is a folder. Reads nothing outside of it, except through links that lie in it. */
export function directoryStore(
  root: string,
  mostBytes = MOST_BYTES,
): LocalStore & { readonly mostBytes: number; readonly givesAway: true } {
  const folder = resolve(root);
  /** The file of a key, or undefined for a key that points out of the folder. */
  const file = (key: string): string | undefined => {
    const path = join(folder, key);
    return path === folder || path.startsWith(folder + sep) ? path : undefined;
  };
  const nameOf = (key: string) => key.slice(1) || root;
  const read = async (key: string, range: ByteRange | undefined, { signal, most }: ReadOptions) => {
    signal?.throwIfAborted();
    const path = file(key);
    if (path === undefined) return undefined;
    return asReadError(nameOf(key), () => ifFile(readFileBytes(path, most ?? mostBytes, range)));
  };
  return {
    name: root,
    mostBytes,
    givesAway: true,
    get: (key, options = {}) => read(key, undefined, options),
    getRange: (key, range, options = {}) => read(key, range, options),
    async list(path) {
      const target = file(path);
      if (target === undefined) return [];
      return (await asReadError(nameOf(path), () => ifPresent(readdir(target)))) ?? [];
    },
    fingerprint: (options) => fingerprintFolder(folder, options),
  };
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
