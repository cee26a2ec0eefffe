import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { StagedStore } from "../staged-store.js";
import type { CreateStoreOptions, Existing } from "./create-options.js";
import { directoryStore } from "./directory-store.js";
import { asStoreError } from "./file-errors.js";
import { exists, syncFolder, syncTree, writeWithFolders } from "./files.js";
import { cleanUpAfterKilledRuns, LOCK, PARTIAL, REPLACED, sibling } from "./left-overs.js";
import { makeFolders, removeEmptyFolders, whyNoFile } from "./make-folders.js";
import { acquireLock } from "./owner-lock.js";
import { ownerTag } from "./owner-tag.js";
import { createRemoteStore } from "./remote/create-remote-store.js";
import { parseLocation } from "./remote/parse-location.js";
import { openGate } from "./staging-gate.js";

/**
 * Opens a new store for writing: a folder, or below a key of an object store (`s3`, `gs`, `az`). In a folder everything goes
 * to a hidden folder beside `path`; `commit` renames it, so that a store at `path` is always a whole one. What killed runs left in
 * the folder is cleaned up first. A hidden lock beside `path` keeps other
 * runs off until `commit` or `discard`.
 *
 * @throws StoreError, before any work, if there is something at `path` already (and `overwrite` is false, or it is not a
 *   store), if another run is writing to it, or if the folder `path` is to lie in is missing or cannot be written to
 */
export async function createStore(location: string, options: CreateStoreOptions): Promise<StagedStore> {
  const {
    format,
    overwrite = false,
    access = {},
    lock: lockOptions,
    makeFolders: wantsFolders = false,
  } = options;
  const existing = { format, overwrite, describe: options.describe ?? (async () => "a store") };
  const place = parseLocation(location);
  if (place.opener !== "path") return createRemoteStore(place, existing, access, lockOptions);
  const { path } = place;
  const target = resolve(path);
  const tag = ownerTag();
  const staging = sibling(target, PARTIAL + tag);
  const made = wantsFolders ? await asStoreError(path, () => makeFolders(dirname(target))) : undefined;
  const removeMade = () => removeEmptyFolders(dirname(target), made);
  const lock = await asStoreError(path, async () => {
    try {
      return await acquireLock(sibling(target, LOCK), path, lockOptions);
    } catch (error) {
      await removeMade();
      throw await whyNoFile(path, dirname(target), error);
    }
  });
  const leave = async () => {
    await lock.release();
    await removeMade();
  };
  try {
    await asStoreError(path, async () => {
      await cleanUpAfterKilledRuns(target);
      await refuseExisting(path, target, existing);
      await mkdir(staging);
    });
  } catch (error) {
    await leave();
    throw error;
  }
  const gate = openGate(path, dirname(target));
  const content = () => directoryStore(gate.isCommitted() ? target : staging);
  return {
    forgets: true,
    get: (key, options) => asStoreError(path, () => content().get(key, options)),
    list: (key) => asStoreError(path, () => content().list(key)),
    set: (key, bytes) => gate.change(() => writeWithFolders(gate.file(staging, key), bytes), bytes.length),
    delete: (prefix) => gate.change(() => rm(gate.file(staging, prefix), { recursive: true, force: true })),
    commit: () =>
      gate.commit(async () => {
        await lock.check();
        await syncTree(staging);
        await lock.check();
        await refuseExisting(path, target, existing);
        await publish(staging, target, sibling(target, REPLACED + tag));
        await lock.release();
      }),
    discard: () =>
      gate.discard(async () => {
        await rm(staging, { recursive: true, force: true });
        await leave();
      }),
  };
}

async function publish(staging: string, target: string, replaced: string): Promise<void> {
  const replaces = await exists(target);
  if (replaces) await rename(target, replaced);
  try {
    await rename(staging, target);
  } catch (error) {
    if (replaces) await rename(replaced, target);
    throw error;
  }
  await syncFolder(dirname(target));
  // The new store is in place; an old one that cannot be removed is no reason to fail.
  if (replaces) await rm(replaced, { recursive: true, force: true }).catch(() => undefined);
}

async function refuseExisting(
  path: string,
  target: string,
  { format, overwrite, describe }: Existing,
): Promise<void> {
  if (!(await exists(target))) return;
  const isFolder = (await lstat(target)).isDirectory();
  const names = isFolder ? await readdir(target) : [];
  const isEmpty = isFolder && names.length === 0;
  const isStore = isEmpty || names.some((name) => format.rootDocuments.includes(name));
  if (isStore && overwrite) {
    if (overwrite !== true && !isEmpty) await overwrite(directoryStore(target), path);
    return;
  }
  throw new StoreError({
    path,
    found: isEmpty
      ? "an empty folder that is already there"
      : isStore
        ? `${await describe(directoryStore(target), path)} that is already there`
        : `something there that is not a ${format.name} folder`,
    expected: "a path that is free",
    remedy: isStore
      ? `Choose another path, or allow to overwrite it (${optionName("overwrite")}).`
      : "Choose another path.",
  });
}
