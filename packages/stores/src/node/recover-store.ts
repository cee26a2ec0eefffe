import { access, constants, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { finishCommit, isCommitPending } from "./commit-journal.js";
import { asStoreError, ifPresent } from "./file-errors.js";
import type { LockOptions } from "./heartbeat.js";
import { acquireLock, type OwnerLock } from "./owner-lock.js";
import { tagLiveness } from "./owner-tag.js";

const EDIT_LOCK = ".flashdeconv-lock";
export const STAGING = ".flashdeconv-staging-";

/** Takes the lock of a store that is to be changed in place. */
export function lockStore(path: string, root: string, options?: LockOptions): Promise<OwnerLock> {
  return acquireLock(join(root, EDIT_LOCK), path, options);
}

/**
 * Makes a store whole whose change in place was cut off in its midst: what was written down to be done is done. A store without such
 * a change is only looked at.
 *
 * @throws StoreError where another run is making the change just now, or nothing can be written there
 */
export async function recoverStore(path: string, options?: LockOptions): Promise<void> {
  const root = resolve(path);
  const names = await ifPresent(readdir(root)).catch(() => undefined);
  const staged = (names ?? []).filter((name) => name.startsWith(STAGING));
  const pending = await Promise.all(staged.map((name) => isCommitPending(join(root, name))));
  if (!pending.includes(true)) return;
  await access(root, constants.W_OK).catch((cause) => {
    throw notWhole(path, cause);
  });
  await asStoreError(path, async () => {
    const lock = await lockStore(path, root, options);
    try {
      await finishKilledRuns(path, root);
    } finally {
      await lock.release();
    }
  });
}

/** Completes commits that were cut off, and forgets changes that were not to be committed yet. The lock must be held. */
export async function finishKilledRuns(path: string, root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(STAGING)) continue;
    const folder = join(root, name);
    // Who changes a store holds its lock; without it only who is seen to live is let be.
    const liveness = tagLiveness(name.slice(STAGING.length));
    if (liveness === undefined || liveness === "alive") {
      throw inUse(path, name, await isCommitPending(folder));
    }
    try {
      await finishCommit(root, folder);
    } catch (error) {
      throw isFlashdeconvError(error) ? error : notWhole(path, error);
    }
    await rm(folder, { recursive: true, force: true });
  }
}

function notWhole(path: string, cause: unknown): StoreError {
  return new StoreError({
    path,
    found: `changes of a run that was killed, half made (${(cause as Error).message})`,
    expected: "a complete store",
    remedy: "Read it once where files in it can be moved: that completes the changes.",
    cause,
  });
}

function inUse(path: string, name: string, isCommitPending: boolean): StoreError {
  const ifKilled = isCommitPending
    ? `If it was killed, change the store once more on the machine it ran on: ${name} holds parts of the store.`
    : `If there is none, remove the folder ${name} in the store and try again.`;
  return new StoreError({
    path,
    found: `changes of another run (${name})`,
    expected: "one run at a time to change a store",
    remedy: `Wait for that run to end. ${ifKilled}`,
  });
}
