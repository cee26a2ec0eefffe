import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import type { StagedStore } from "../write/staged-store.js";
import { directoryStore } from "./directory-store.js";
import { asStoreError } from "./file-errors.js";
import { exists, syncFolder, syncTree, writeWithFolders } from "./files.js";
import { useNodeCodecs } from "./node-codecs.js";
import { acquireLock } from "./owner-lock.js";
import { isAbandoned, ownerTag } from "./owner-tag.js";
import { createRemoteStore } from "./remote/create-remote-store.js";
import { parseLocation } from "./remote/parse-location.js";
import type { StoreAccess } from "./remote/store-access.js";
import { openGate } from "./staging-gate.js";

export interface CreateStoreOptions {
  /** Replace a Zarr store that is already there. False by default. */
  readonly overwrite?: boolean;
  /** How a place in an object store is reached. */
  readonly access?: StoreAccess;
}

/**
 * Opens a new store for writing: a folder, or below a key of an object store (`s3`, `gs`, `az`). In a folder everything goes
 * to a hidden folder beside `path`; `commit` renames it, so that a store at `path` is always a whole one. What killed runs
 * left beside `path` is cleaned up first. A hidden lock beside `path` keeps other runs off until `commit` or `discard`.
 *
 * @throws StoreError, before any work, if there is something at `path` already (and `overwrite` is false, or it is not a
 *   Zarr store), if another run is writing to it, or if the folder `path` is to lie in is missing or cannot be written to
 */
export async function createStore(location: string, options: CreateStoreOptions = {}): Promise<StagedStore> {
  useNodeCodecs();
  const { overwrite = false, access = {} } = options;
  const place = parseLocation(location);
  if (place.kind !== "path") return createRemoteStore(place, overwrite, access);
  const { path } = place;
  const target = resolve(path);
  const tag = ownerTag();
  const staging = sibling(target, PARTIAL + tag);
  const lock = await asStoreError(path, () => acquireLock(sibling(target, LOCK), path));
  try {
    await asStoreError(path, async () => {
      await cleanUpAfterKilledRuns(target);
      await refuseExisting(path, target, overwrite);
      await mkdir(staging);
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
  const gate = openGate(path, dirname(target));
  const content = () => directoryStore(gate.isCommitted() ? target : staging);
  return {
    get: (key) => asStoreError(path, () => content().get(key)),
    list: (key) => asStoreError(path, () => content().list(key)),
    set: (key, bytes) => gate.change(() => writeWithFolders(gate.file(staging, key), bytes), bytes.length),
    delete: (prefix) => gate.change(() => rm(gate.file(staging, prefix), { recursive: true, force: true })),
    commit: () =>
      gate.commit(async () => {
        await syncTree(staging);
        await refuseExisting(path, target, overwrite);
        await publish(staging, target, sibling(target, REPLACED + tag));
        await lock.release();
      }),
    discard: () =>
      gate.discard(async () => {
        await rm(staging, { recursive: true, force: true });
        await lock.release();
      }),
  };
}

const LOCK = "lock";
const PARTIAL = "partial-";
const REPLACED = "replaced-";

function sibling(target: string, suffix: string): string {
  return join(dirname(target), `.${basename(target)}.${suffix}`);
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

/** Removes partial stores of killed runs, and brings back a store that was moved aside and not yet replaced. */
async function cleanUpAfterKilledRuns(target: string): Promise<void> {
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    for (const kind of [PARTIAL, REPLACED]) {
      const prefix = basename(sibling(target, kind));
      if (!name.startsWith(prefix) || !isAbandoned(name.slice(prefix.length))) continue;
      const left = join(folder, name);
      if (kind === REPLACED && !(await exists(target))) await rename(left, target);
      else await rm(left, { recursive: true, force: true });
    }
  }
}

async function refuseExisting(path: string, target: string, overwrite: boolean): Promise<void> {
  if (!(await exists(target))) return;
  const isFolder = (await lstat(target)).isDirectory();
  const names = isFolder ? await readdir(target) : [];
  const isStore = isFolder && (names.length === 0 || names.some((name) => ROOT_FILES.has(name)));
  if (isStore && overwrite) return;
  throw new StoreError({
    path,
    found: isStore
      ? "a store (or an empty folder) that is already there"
      : "something there that is not a Zarr folder",
    expected: "a path that is free",
    remedy: isStore ? "Choose another path, or allow to overwrite it (--overwrite)." : "Choose another path.",
  });
}

const ROOT_FILES: ReadonlySet<string> = new Set([".zgroup", ".zattrs", ".zmetadata", "zarr.json"]);
