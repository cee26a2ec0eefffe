import { StoreError } from "@flashdeconv/core";
import type { OpenStore } from "../store.js";
import type { StoreFormat } from "../store-format.js";
import { zipStore } from "../zip/zip-store.js";
import { openLocalFile } from "./local-file.js";
import { unpackNative } from "./unpack-native.js";

/** The store in a zip file of this machine, which is held open until the store is closed. */
export async function openZipFile(path: string, format: StoreFormat, mostBytes?: number): Promise<OpenStore> {
  const file = await openLocalFile(path, mostBytes);
  if (!file) {
    throw new StoreError({
      path,
      found: "no file that can be read",
      expected: `a zip file of a ${format.name} store`,
      remedy: "Check the path and its permissions.",
    });
  }
  try {
    const store = await zipStore(path, file, { format, mostBytes, unpack: unpackNative });
    return { ...store, fingerprint: file.fingerprint, close: file.close };
  } catch (error) {
    await file.close();
    throw error;
  }
}
