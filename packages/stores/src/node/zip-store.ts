import { type FileHandle, open } from "node:fs/promises";
import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { MOST_BYTES } from "../bounds.js";
import type { ByteRange, ReadableStore } from "../store.js";
import { readBytes } from "./read-file.js";
import { readZipDirectory, type ZipDirectory } from "./zip-directory.js";
import { readMember } from "./zip-member.js";

/** Files whose place tells where in a zip a store begins. */
const ROOT_FILES = ["zarr.json", ".zgroup", ".zmetadata"];

/**
 * A Zarr store in a zip file, at its top or in a folder of it. What macOS adds (`__MACOSX`) is passed over. Only the
 * directory of the zip is read at first, then each member when it is asked for.
 */
export async function zipStore(
  path: string,
  mostBytes?: number,
): Promise<ReadableStore & { close(): Promise<void> }> {
  const handle = await open(path);
  try {
    const store = await zipStoreOf(path, await fileReader(handle), mostBytes);
    return {
      ...store,
      async fingerprint() {
        const { size, mtime } = await handle.stat();
        return { "": `a zip file, ${size} bytes, last changed ${mtime.toISOString()}` };
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a zip file wherever it lies. */
export interface ZipReader {
  getLength(): Promise<number>;
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Told where members lie once that is known: their first bytes, ascending, and then where the last one ends. */
  onMembers?(bounds: Float64Array): void;
}

/** The store in the zip file that a reader reads; `name` is the file's. */
export async function zipStoreOf(
  name: string,
  reader: ZipReader,
  mostBytes = MOST_BYTES,
): Promise<ReadableStore> {
  try {
    const directory = await readZipDirectory(reader, mostBytes);
    reader.onMembers?.(directory.bounds());
    const root = rootOf(directory);
    const read = async (key: string, range: ByteRange | undefined, most = mostBytes) => {
      const member = directory.find(root + key.slice(1));
      return member && readMember(reader, member, { range, most });
    };
    return {
      name,
      mostBytes,
      heldBytes: directory.heldBytes,
      get: (key, options) => read(key, undefined, options?.most),
      getRange: (key, range) => read(key, range),
      list: async (folder) => {
        const prefix = root + (folder === "/" ? "" : `${folder.slice(1)}/`);
        return [...new Set(directory.names(prefix, true))].filter((child) => child !== "");
      },
    };
  } catch (cause) {
    if (isFlashdeconvError(cause)) throw cause;
    throw new StoreError({
      path: name,
      found: `a file that cannot be read as a zip (${cause instanceof Error ? cause.message : cause})`,
      expected: "a Zarr store: a folder, or a zip file of one",
      remedy: "Copy the file again if it is incomplete, or give the folder of the store.",
      cause,
    });
  }
}

/** What comes before every name of the store: the folder that a zipped folder leaves. Junk of macOS is passed over. */
function rootOf(directory: ZipDirectory): string {
  let root: string | undefined;
  for (const name of directory.names("")) {
    const at = name.lastIndexOf("/") + 1;
    if (!ROOT_FILES.includes(name.slice(at)) || name.startsWith("__MACOSX/")) continue;
    if (root === undefined || at < root.length) root = name.slice(0, at);
  }
  return root ?? "";
}

async function fileReader(handle: FileHandle): Promise<ZipReader> {
  const { size } = await handle.stat();
  return {
    getLength: async () => size,
    async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new Error(`bytes ${offset} to ${offset + length} of ${size} asked for: the zip is damaged`);
      }
      const bytes = await readBytes(handle, offset, length);
      if (bytes.length < length) throw new Error("the zip file ended while it was being read");
      return bytes;
    },
  };
}
