import { type FileHandle, open } from "node:fs/promises";
import { numbered } from "@flashdeconv/core/internal";
import type { RangeReader } from "../range-reader.js";
import type { OpenStore } from "../store.js";
import type { StoreFormat } from "../store-format.js";
import { requireWithin } from "../zip/zip-reader.js";
import { zipStore } from "../zip/zip-store.js";
import { readBytes } from "./read-file.js";
import { unpackNative } from "./unpack-native.js";

/** The store in a zip file of this machine, which is held open until the store is closed. */
export async function openZipFile(path: string, format: StoreFormat, mostBytes?: number): Promise<OpenStore> {
  const handle = await open(path);
  try {
    const reader = await fileReader(handle);
    return {
      ...(await zipStore(path, reader, { format, mostBytes, unpack: unpackNative })),
      async fingerprint() {
        const { size, mtime } = await handle.stat();
        return { "": `a zip file, ${numbered(size, "byte")}, last changed ${mtime.toISOString()}` };
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function fileReader(handle: FileHandle): Promise<RangeReader> {
  const { size } = await handle.stat();
  return {
    getLength: async () => size,
    async read(offset, length) {
      requireWithin(size, offset, length);
      const bytes = await readBytes(handle, offset, length);
      if (bytes.length < length) throw new Error("the zip file ended while it was being read");
      return bytes;
    },
  };
}
