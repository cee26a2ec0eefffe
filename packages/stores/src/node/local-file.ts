import { constants, type FileHandle, open } from "node:fs/promises";
import { numbered } from "@flashdeconv/core/internal";
import type { OpenFile } from "../range-reader.js";
import { requireWithin } from "../zip/zip-reader.js";
import { asReadError, ifPresent } from "./file-errors.js";
import { readBytes } from "./read-file.js";

/** Pipes are not waited for. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The file at a path, held open until it is closed; undefined where there is none: nothing, a folder, a pipe. Throws StoreError where it cannot be read. */
export async function openLocalFile(path: string, mostBytes?: number): Promise<OpenFile | undefined> {
  const handle = await asReadError(path, () => ifPresent(openUnlessSocket(path)));
  if (!handle) return undefined;
  try {
    const stats = await handle.stat();
    if (stats.isFile()) return fileOf(path, handle, stats.size, mostBytes);
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

async function openUnlessSocket(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, FLAGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENXIO") return undefined;
    throw error;
  }
}

function fileOf(path: string, handle: FileHandle, size: number, mostBytes?: number): OpenFile {
  return {
    name: path,
    mostBytes,
    getLength: async () => size,
    async read(offset, length) {
      requireWithin(size, offset, length);
      const bytes = await asReadError(path, () => readBytes(handle, offset, length));
      if (bytes.length < length) throw new Error("the file ended while it was being read");
      return bytes;
    },
    async fingerprint() {
      const { size, mtime } = await handle.stat();
      return { "": `a file, ${numbered(size, "byte")}, last changed ${mtime.toISOString()}` };
    },
    close: () => handle.close(),
  };
}
