import { type FileHandle, open } from "node:fs/promises";
import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import ZipFileStore from "@zarrita/storage/zip";
import type { ByteRange, ReadableStore } from "../store.js";
import { readMember, type ZipMember } from "./zip-member.js";

/** Files whose place tells where in a zip a store begins. */
const ROOT_FILES = ["zarr.json", ".zgroup", ".zmetadata"];

/**
 * A Zarr store in a zip file, at its top or in a folder of it. What macOS adds (`__MACOSX`) is passed over. Only the
 * directory of the zip is read at first, then each member when it is asked for.
 */
export async function zipStore(path: string): Promise<ReadableStore & { close(): Promise<void> }> {
  const handle = await open(path);
  try {
    const store = await zipStoreOf(path, await fileReader(handle));
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
  onMembers?(bounds: readonly number[]): void;
}

/** The store in the zip file that a reader reads; `name` is the file's. */
export async function zipStoreOf(name: string, reader: ZipReader): Promise<ReadableStore> {
  try {
    let names: string[] = [];
    const members = new Map<string, ZipMember>();
    const zip = new ZipFileStore(reader, {
      transformEntries(all) {
        reader.onMembers?.(memberBounds(all));
        const entries = withoutFolder(all);
        names = Object.keys(entries);
        for (const [key, entry] of Object.entries(entries)) {
          members.set(key, (entry as unknown as { _rawEntry: ZipMember })._rawEntry);
        }
        return entries;
      },
    });
    await zip.has("/"); // waits until the zip's directory is read
    const read = async (key: string, range?: ByteRange) => {
      const member = members.get(key.slice(1));
      return member && readMember(reader, member, range);
    };
    return {
      name,
      get: (key) => read(key),
      getRange: (key, range) => read(key, range),
      list: async (folder) => childNames(names, folder.slice(1)),
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

/** From what unzipit keeps of each member, which its types do not tell. */
function memberBounds(entries: Record<string, unknown>): number[] {
  const bounds: number[] = [];
  let end = 0;
  for (const entry of Object.values(entries) as { _rawEntry?: Record<string, unknown> }[]) {
    const {
      relativeOffsetOfLocalHeader: start,
      compressedSize = 0,
      fileNameLength = 0,
    } = entry._rawEntry ?? {};
    if (typeof start !== "number") continue;
    bounds.push(start);
    end = Math.max(end, start + 30 + Number(fileNameLength) + Number(compressedSize));
  }
  return [...bounds.sort((a, b) => a - b), end];
}

async function fileReader(handle: FileHandle): Promise<ZipReader> {
  const { size } = await handle.stat();
  return {
    getLength: async () => size,
    async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new Error(`bytes ${offset} to ${offset + length} of ${size} asked for: the zip is damaged`);
      }
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) throw new Error("the zip file ended while it was being read");
        filled += bytesRead;
      }
      return bytes;
    },
  };
}

/** Takes away junk and the folder that a zipped folder leaves before every name. */
function withoutFolder<T>(entries: Record<string, T>): Record<string, T> {
  const members = Object.entries(entries).filter(([name]) => !name.startsWith("__MACOSX/"));
  const roots = members
    .map(([name]) => name)
    .filter((name) => ROOT_FILES.includes(name.slice(name.lastIndexOf("/") + 1)))
    .map((name) => name.slice(0, name.lastIndexOf("/") + 1))
    .sort((a, b) => a.length - b.length);
  const prefix = roots[0] ?? "";
  return Object.fromEntries(
    members
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, entry]) => [name.slice(prefix.length), entry]),
  );
}

function childNames(names: readonly string[], folder: string): string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const children = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length).split("/")[0]);
  return [...new Set(children)].filter((name) => name !== "");
}
