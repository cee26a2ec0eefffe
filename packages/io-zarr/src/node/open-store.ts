import { readdir, stat } from "node:fs/promises";
import { StoreError } from "@flashdeconv/core";
import type { ReadableStore } from "../store.js";
import { directoryStore } from "./directory-store.js";
import { ifPresent } from "./file-errors.js";
import { useNodeCodecs } from "./node-codecs.js";
import { zipStore } from "./zip-store.js";

/** A store that holds a file open (a zip) until it is closed. */
export type OpenStore = ReadableStore & { close(): Promise<void> };

const ROOT_FILES = ["zarr.json", ".zgroup", ".zarray", ".zmetadata"];

/**
 * Opens the Zarr store at a path: a folder, or a `.zip` of one.
 *
 * Throws StoreError where there is nothing, something else, or no permission to read it, saying what was found.
 */
export async function openStore(path: string): Promise<OpenStore> {
  useNodeCodecs();
  const found = await inspectPath(path);
  if (found === "folder") return { ...directoryStore(path), close: async () => undefined };
  if (found === "zip") return zipStore(path);
  throw notStore(path, found);
}

/** "folder" and "zip" for what may be a store, otherwise what there is, in words. */
async function inspectPath(path: string): Promise<string> {
  try {
    const stats = await ifPresent(stat(path));
    if (!stats) return "nothing at this path";
    if (!stats.isDirectory()) return path.toLowerCase().endsWith(".zip") ? "zip" : describeFile(path);
    const names = await readdir(path);
    if (names.some((name) => ROOT_FILES.includes(name))) return "folder";
    const stores = names.filter((name) => /\.zarr(\.zip)?$/.test(name));
    if (stores.length > 0) return `a folder with the stores ${stores.slice(0, 5).join(", ")} in it`;
    return names.length === 0 ? "an empty folder" : "a folder without .zgroup or zarr.json";
  } catch (cause) {
    throw new StoreError({
      path,
      found: `a path that cannot be read (${cause instanceof Error ? cause.message : cause})`,
      expected: "a Zarr store: a folder, or a zip file of one",
      remedy: "Check the permissions.",
      cause,
    });
  }
}

function describeFile(path: string): string {
  const extension = /\.[^./\\]+$/.exec(path)?.[0];
  return extension === undefined ? "a file" : `a ${extension} file`;
}

function notStore(path: string, found: string): StoreError {
  const isHdf5 = found.includes(".h5");
  return new StoreError({
    path,
    found,
    expected: "a Zarr store: a folder, or a zip file of one",
    remedy: isHdf5
      ? 'Convert it in Python: anndata.read_h5ad(file).write_zarr("name.zarr").'
      : "Check the path.",
  });
}
