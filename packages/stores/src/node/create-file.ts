import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { StagedFile } from "../staged-file.js";
import { asStoreError } from "./file-errors.js";
import { exists, syncFolder } from "./files.js";
import type { LockOptions } from "./heartbeat.js";
import { cleanUpAfterKilledRuns, LOCK, PARTIAL, sibling } from "./left-overs.js";
import { makeFolders, removeEmptyFolders, whyNoFile } from "./make-folders.js";
import { acquireLock } from "./owner-lock.js";
import { ownerTag } from "./owner-tag.js";
import { haveSameBytes } from "./same-bytes.js";
import { openGate } from "./staging-gate.js";

export interface CreateFileOptions {
  /** Replace a file that is already there, where it may be. False by default. */
  readonly overwrite?: boolean;
  /** Whether a file that is there may be replaced; it is asked again before the commit. Each may by default. */
  readonly mayReplace?: (path: string) => Promise<boolean>;
  /** What messages call a file that is there; "a file" by default. */
  readonly describe?: (path: string) => Promise<string>;
  /** Given where a file that may be replaced may stay: `commit` leaves it and calls this if it has the same bytes; another is refused then. */
  readonly onSame?: () => void;
  /** Make the folder that the file is to lie in, where it is missing; it goes again with `discard`. False by default. */
  readonly makeFolders?: boolean;
  /** What to do while it is seen whether another run is still at work there. */
  readonly lock?: LockOptions;
}

/**
 * Opens a new file for writing. All goes to a hidden file beside `path`, which `commit` renames. What killed runs left in the folder is
 * cleaned up first, and a hidden lock keeps other runs off.
 *
 * @throws StoreError, before any work, if there is something at `path` that may not be replaced, if another run is writing to it, or
 *   if its folder is missing or cannot be written to
 */
export async function createFile(path: string, options: CreateFileOptions = {}): Promise<StagedFile> {
  const { makeFolders: wantsFolders = false, lock: lockOptions } = options;
  const target = resolve(path);
  const folder = dirname(target);
  const staging = sibling(target, PARTIAL + ownerTag());
  const made = wantsFolders ? await asStoreError(path, () => makeFolders(folder)) : undefined;
  const lock = await asStoreError(path, async () => {
    try {
      return await acquireLock(sibling(target, LOCK), path, lockOptions);
    } catch (error) {
      await removeEmptyFolders(folder, made);
      throw await whyNoFile(path, folder, error);
    }
  });
  const leave = async () => {
    await lock.release();
    await removeEmptyFolders(folder, made);
  };
  let file: FileHandle;
  try {
    file = await asStoreError(path, async () => {
      await cleanUpAfterKilledRuns(target);
      await refuseExisting(path, target, {
        ...options,
        overwrite: options.overwrite || options.onSame !== undefined,
      });
      return open(staging, "wx");
    });
  } catch (error) {
    await leave();
    throw error;
  }
  const gate = openGate(path, folder);
  let end = 0;
  const writeAt = (offset: number, bytes: Uint8Array) =>
    gate.change(async () => {
      for (let at = 0; at < bytes.length; ) {
        at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
      }
      end = Math.max(end, offset + bytes.length);
    }, bytes.length);
  return {
    append: (bytes) => writeAt(end, bytes),
    writeAt,
    commit: () =>
      gate.commit(async () => {
        await file.sync();
        await lock.check();
        const isSame = options.onSame !== undefined && (await haveSameBytes(staging, target));
        await refuseExisting(path, target, { ...options, overwrite: options.overwrite || isSame });
        if (isSame) {
          await rm(staging);
          options.onSame?.();
        } else await rename(staging, target);
        await file.close();
        await syncFolder(folder);
        await lock.release();
      }),
    discard: () =>
      gate.discard(async () => {
        await file.close();
        await rm(staging, { force: true });
        await leave();
      }),
  };
}

async function refuseExisting(
  path: string,
  target: string,
  { overwrite = false, mayReplace, describe = async () => "a file" }: CreateFileOptions,
): Promise<void> {
  if (!(await exists(target))) return;
  const isFile = (await lstat(target)).isFile();
  const isReplaceable = isFile && ((await mayReplace?.(target)) ?? true);
  if (isReplaceable && overwrite) return;
  throw new StoreError({
    path,
    found: `${isFile ? await describe(target) : "something that is not a plain file,"} that is already there`,
    expected: "a path that is free",
    remedy: isReplaceable
      ? `Choose another path, or allow to overwrite it (${optionName("overwrite")}).`
      : "Choose another path, or remove what is there yourself.",
  });
}
