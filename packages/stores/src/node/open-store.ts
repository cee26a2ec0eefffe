import { readdir, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import type { OpenStore } from "../store.js";
import type { StoreAccess } from "../store-access.js";
import { directoryStore } from "./directory-store.js";
import { ifPresent } from "./file-errors.js";
import { REPLACED, sibling } from "./left-overs.js";
import { recoverStore } from "./recover-store.js";
import { openRemoteStore } from "./remote/open-remote-store.js";
import { parseLocation } from "./remote/parse-location.js";
import { zipStore } from "./zip-store.js";

const ROOT_FILES = ["zarr.json", ".zgroup", ".zarray", ".zmetadata"];

/**
 * Opens the Zarr store at a path or URL (`file`, `http`, `https`, `s3`, `gs`, `az`): a folder, or a `.zip` of one.
 * Credentials are looked up in the environment, for S3 in the AWS files as well. A folder that a killed run has left half changed is
 * made whole first.
 *
 * Throws StoreError where there is nothing, something else, or no permission to read it, saying what was found;
 * OptionError for an `access` that cannot be.
 */
export async function openStore(location: string, access: StoreAccess = {}): Promise<OpenStore> {
  const place = parseLocation(location);
  if (place.kind !== "path")
    return { ...(await openRemoteStore(place, access)), close: async () => undefined };
  const { path } = place;
  await recoverStore(path);
  const found = await inspectPath(path);
  if (found === "folder") return { ...directoryStore(path, access.mostBytes), close: async () => undefined };
  if (found === "zip") return zipStore(path, access.mostBytes);
  throw notStore(path, found);
}

/** "folder" and "zip" for what may be a store, otherwise what there is, in words. */
async function inspectPath(path: string): Promise<string> {
  try {
    const stats = await ifPresent(stat(path));
    if (!stats) return (await isBeingReplaced(path)) ? BEING_REPLACED : "nothing at this path";
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

const BEING_REPLACED = "a store that is being replaced, or was until the run that did it was killed";

/** Between the renames of old and new there is nothing at the path; the old one lies beside it. */
async function isBeingReplaced(path: string): Promise<boolean> {
  const target = resolve(path);
  const names = await readdir(dirname(target)).catch(() => []);
  return names.some((name) => name.startsWith(basename(sibling(target, REPLACED))));
}

function describeFile(path: string): string {
  const extension = /\.[^./\\]+$/.exec(path)?.[0];
  return extension === undefined ? "a file" : `a ${extension} file`;
}

function notStore(path: string, found: string): StoreError {
  const isHdf5 = found.includes(".h5");
  if (found === BEING_REPLACED) {
    return new StoreError({
      path,
      found,
      expected: "a whole store",
      remedy: "Wait for that run to end; if it was killed, the next run with --out there brings it back.",
    });
  }
  return new StoreError({
    path,
    found,
    expected: "a Zarr store: a folder, or a zip file of one",
    remedy: isHdf5
      ? 'Convert it in Python: anndata.read_h5ad(file).write_zarr("name.zarr").'
      : "Check the path.",
  });
}
