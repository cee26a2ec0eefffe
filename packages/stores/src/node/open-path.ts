import { readdir, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import type { OpenStore } from "../store.js";
import type { StoreAccess } from "../store-access.js";
import type { StoreFormat } from "../store-format.js";
import { directoryStore } from "./directory-store.js";
import { ifPresent, unreadable } from "./file-errors.js";
import { REPLACED, sibling } from "./left-overs.js";
import { recoverStore } from "./recover-store.js";
import { openZipFile } from "./zip-file.js";

/**
 * Opens the store at a path: a folder, or a `.zip` of one. A folder that a killed run has left half changed is made whole first.
 *
 * Throws StoreError where there is nothing, something else, or no permission to read it, saying what was found.
 */
export async function openPath(
  path: string,
  { mostBytes }: StoreAccess,
  format: StoreFormat,
): Promise<OpenStore> {
  await recoverStore(path);
  const found = await inspectPath(path, format);
  if (found === "folder") return { ...directoryStore(path, mostBytes), close: async () => undefined };
  if (found === "zip") return openZipFile(path, format, mostBytes);
  throw notStore(path, found, format);
}

/** "folder" and "zip" for what may be a store, otherwise what there is, in words. */
async function inspectPath(path: string, format: StoreFormat): Promise<string> {
  try {
    const stats = await ifPresent(stat(path));
    if (!stats) return (await isBeingReplaced(path)) ? BEING_REPLACED : "nothing at this path";
    if (!stats.isDirectory()) return path.toLowerCase().endsWith(".zip") ? "zip" : describeFile(path);
    const names = await readdir(path);
    if (names.some((name) => format.rootDocuments.includes(name))) return "folder";
    const stores = names.filter((name) => name.replace(/\.zip$/, "").endsWith(format.extension));
    if (stores.length > 0) return `a folder with the stores ${stores.slice(0, 5).join(", ")} in it`;
    const [first, second] = format.rootDocuments;
    return names.length === 0 ? "an empty folder" : `a folder without ${second} or ${first}`;
  } catch (cause) {
    throw unreadable(path, cause);
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

function notStore(path: string, found: string, format: StoreFormat): StoreError {
  if (found === BEING_REPLACED) {
    return new StoreError({
      path,
      found,
      expected: "a complete store",
      remedy: "Wait for that run to end; if it was killed, the next run that writes there brings it back.",
    });
  }
  return new StoreError({
    path,
    found,
    expected: `a ${format.name} store: a folder, or a zip file of one`,
    remedy: "Check the path.",
  });
}
