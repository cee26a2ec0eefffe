import { readdir, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { type FoundThing, NO_FILE, NO_FILE_REMEDY, NoStoreError } from "../no-store-error.js";
import type { OpenStore } from "../store.js";
import type { StoreAccess } from "../store-access.js";
import type { StoreFormat } from "../store-format.js";
import { describeFile } from "./describe-file.js";
import { directoryStore } from "./directory-store.js";
import { ifPresent, unreadable } from "./file-errors.js";
import { REPLACED, sibling } from "./left-overs.js";
import { openLocalFile } from "./local-file.js";
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
  if (found === "store") return { ...directoryStore(path, mostBytes), close: async () => undefined };
  if (found === "zip") return openZipFile(path, format, mostBytes);
  throw notStore(path, found, format);
}

interface Found {
  readonly thing: FoundThing;
  readonly called: string;
}

/** "store" and "zip" for what may be one, otherwise what there is. */
async function inspectPath(path: string, format: StoreFormat): Promise<Found | "store" | "zip"> {
  try {
    const stats = await ifPresent(stat(path));
    if (!stats) return { thing: "nothing", called: await describeNothing(path) };
    if (!stats.isDirectory()) return path.toLowerCase().endsWith(".zip") ? "zip" : await foundFile(path);
    const names = await readdir(path);
    if (names.some((name) => format.rootDocuments.includes(name))) return "store";
    return { thing: "folder", called: describeFolder(names.sort(), format) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Where a folder is missing already, that is what to look at. */
async function describeNothing(path: string): Promise<string> {
  if (await isBeingReplaced(path)) return BEING_REPLACED;
  let missing = resolve(path);
  while (dirname(missing) !== missing && !(await ifPresent(stat(dirname(missing)))))
    missing = dirname(missing);
  return missing === resolve(path)
    ? "nothing at this path"
    : `nothing at this path (${missing} is not there)`;
}

function describeFolder(names: readonly string[], { rootDocuments, extension }: StoreFormat): string {
  if (names.length === 0) return "an empty folder";
  const stores = names.filter((name) => name.replace(/\.zip$/, "").endsWith(extension));
  if (stores.length > 0) return `a folder with the stores ${stores.slice(0, 5).join(", ")} in it`;
  const [first, second] = rootDocuments;
  const told = names.slice(0, 6).join(", ");
  const more = names.length > 6 ? ` and ${names.length - 6} more` : "";
  return `a folder without ${second} or ${first}, with ${told}${more}`;
}

async function foundFile(path: string): Promise<Found> {
  const file = await openLocalFile(path);
  if (!file) return { thing: UNKNOWN, called: NO_FILE };
  try {
    const thing = await describeFile(file);
    const extension = /\.[^./\\]+$/.exec(path)?.[0];
    const isUnknown = thing.kind === "unknown" && extension !== undefined;
    return { thing, called: isUnknown ? `a ${extension} file` : thing.called };
  } finally {
    await file.close();
  }
}

const UNKNOWN: FoundThing = { kind: "unknown", called: "a file of an unknown kind" };
const BEING_REPLACED = "a store that is being replaced, or was until the run that did it was killed";

/** Between the renames of old and new there is nothing at the path; the old one lies beside it. */
async function isBeingReplaced(path: string): Promise<boolean> {
  const target = resolve(path);
  const names = await readdir(dirname(target)).catch(() => []);
  return names.some((name) => name.startsWith(basename(sibling(target, REPLACED))));
}

function notStore(path: string, { thing, called }: Found, format: StoreFormat): StoreError {
  if (called === BEING_REPLACED) {
    return new StoreError({
      path,
      found: called,
      expected: "a complete store",
      remedy: "Wait for that run to end; if it was killed, the next run that writes there brings it back.",
    });
  }
  return new NoStoreError({
    path,
    thing,
    found: called,
    expected: `a ${format.name} store: a folder, or a zip file of one`,
    remedy: called === NO_FILE ? NO_FILE_REMEDY : "Check the path.",
  });
}
