import { constants } from "node:fs";
import { access, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { redactUrl } from "../remote/redact-url.js";
import type { StagedStore } from "../staged-store.js";
import type { LocalStore } from "../store.js";
import type { StoreFormat } from "../store-format.js";
import { commitChanges, isCommitPending } from "./commit-journal.js";
import { isBelow, NEW, planCommit } from "./commit-plan.js";
import { directoryStore } from "./directory-store.js";
import { asStoreError, ifPresent } from "./file-errors.js";
import { exists, syncTree, writeWithFolders } from "./files.js";
import type { LockOptions } from "./heartbeat.js";
import { makeFolders } from "./make-folders.js";
import { ownerTag } from "./owner-tag.js";
import { finishKilledRuns, lockStore, STAGING } from "./recover-store.js";
import { parseLocation } from "./remote/parse-location.js";
import { openGate } from "./staging-gate.js";

export interface EditStoreOptions {
  /** Named in messages. */
  readonly format: Pick<StoreFormat, "name">;
  /** Folders that will be changed, beside the root: seen to be writable at once where they are there. */
  readonly folders?: readonly string[];
  /** What to do while it is seen whether another run, of which this machine knows nothing, is still changing the store. */
  readonly lock?: LockOptions;
}

/**
 * Opens the directory store at `path` for changes in place. They are collected in a hidden folder inside the store;
 * `commit` writes down which files change places, then renames them. A run that is killed before that leaves the store as
 * it was; one killed during it is finished by the next `editStore` or `openStore`.
 *
 * @throws StoreError, before any work, if there is no store at `path`, if it is a zip file, if it or a group in it cannot
 *   be written to, or if another run is changing it
 */
export async function editStore(
  location: string,
  { format, folders = [], lock: lockOptions }: EditStoreOptions,
): Promise<StagedStore> {
  const place = parseLocation(location);
  if (place.opener !== "path") throw notHere(location, format.name);
  const { path } = place;
  const root = resolve(path);
  const staging = join(root, STAGING + ownerTag());
  const lock = await asStoreError(path, async () => {
    await refuseUnlessFolder(path, root, format.name);
    await access(root, constants.W_OK);
    return lockStore(path, root, lockOptions);
  });
  try {
    await asStoreError(path, async () => {
      await finishKilledRuns(path, root);
      await checkWritable(root, folders);
      await makeFolders(join(staging, NEW));
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
  const gate = openGate(path, root);
  const deleted: string[] = [];
  const content = overlay(directoryStore(root), directoryStore(join(staging, NEW)), deleted);
  const current = () => (gate.isCommitted() ? directoryStore(root) : content);
  return {
    forgets: true,
    get: (key, options) => asStoreError(path, () => current().get(key, options)),
    list: (key) => asStoreError(path, () => current().list(key)),
    set: (key, bytes) =>
      gate.change(() => writeWithFolders(gate.file(join(staging, NEW), key), bytes), bytes.length),
    delete: (prefix) =>
      gate.change(async () => {
        await rm(gate.file(join(staging, NEW), prefix), { recursive: true, force: true });
        deleted.push(prefix.slice(1));
      }),
    commit: () =>
      gate.commit(async () => {
        await lock.check();
        await syncTree(join(staging, NEW));
        await lock.check();
        await commitChanges(root, staging, await planCommit(root, staging, deleted));
        // The changes are in place; a rest that cannot be removed now is removed by the next edit.
        await rm(staging, { recursive: true, force: true }).catch(() => undefined);
        await lock.release();
      }),
    discard: () =>
      gate.discard(async () => {
        if (!(await isCommitPending(staging))) await rm(staging, { recursive: true, force: true });
        await lock.release();
      }),
  };
}

type ListedStore = Pick<LocalStore, "get" | "list">;

/** The store as it will be: what is staged, and below it what is there and not deleted. */
function overlay(live: ListedStore, staged: ListedStore, deleted: readonly string[]): ListedStore {
  const stays = (path: string) => !isBelow(path, deleted);
  return {
    get: async (key, options) =>
      (await staged.get(key, options)) ?? (stays(key.slice(1)) ? live.get(key, options) : undefined),
    async list(key) {
      const folder = key === "/" ? "" : `${key.slice(1)}/`;
      const left = (await live.list(key)).filter((name) => stays(folder + name));
      return [...new Set([...(await staged.list(key)), ...left])];
    },
  };
}

async function refuseUnlessFolder(path: string, root: string, format: string): Promise<void> {
  const found = await ifPresent(stat(root));
  if (found?.isDirectory()) return;
  throw new StoreError({
    path,
    found: found === undefined ? "nothing there" : "a file (a zip store cannot be changed in place)",
    expected: `a ${format} store that is a folder`,
    remedy: "Check the path, or write the result to a new store.",
  });
}

/** The root and the folders that changes go to; the rest is not touched. */
async function checkWritable(root: string, folders: readonly string[]): Promise<void> {
  await access(root, constants.W_OK);
  for (const name of folders) {
    const folder = join(root, name);
    if (await exists(folder)) await access(folder, constants.W_OK);
  }
}

function notHere(location: string, format: string): StoreError {
  return new StoreError({
    path: redactUrl(location),
    found: "a store behind a network, which cannot be changed as one whole",
    expected: `a ${format} store that is a folder of this machine`,
    remedy: "Write the result to a new store.",
  });
}
