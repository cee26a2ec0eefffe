import { statfs } from "node:fs/promises";
import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

const REASONS: Readonly<Record<string, readonly [found: string, remedy: string]>> = {
  ENOENT: ["no such folder", "Create the folder it is to lie in, or check the path."],
  ENOTDIR: ["a file where a folder is needed", "Check the path."],
  EACCES: ["no permission to write there", "Change the permission, or write to another place."],
  EPERM: ["no permission to write there", "Change the permission, or write to another place."],
  EROFS: ["a file system that is read-only", "Choose another place."],
  EEXIST: ["a file where a folder is needed", "Check the path."],
  ENAMETOOLONG: ["a name too long for the file system", "Choose a shorter name."],
};

const FULL: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota used up",
  EFBIG: "a file larger than the system allows",
};

/** Runs a file operation on `path`; what the system refuses becomes a StoreError that names it. */
export async function asStoreError<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (isFlashdeconvError(error) || code === undefined) throw error;
    if (code in FULL) throw await diskFull(path, error as NodeJS.ErrnoException);
    const [found, remedy] = REASONS[code] ?? [message, "Look at the cause, then try again."];
    throw new StoreError({
      path,
      found,
      expected: "files that can be read and written",
      remedy,
      cause: error,
    });
  }
}

const UNREADABLE: Readonly<Record<string, readonly [found: string, remedy: string]>> = {
  EACCES: ["no permission to read it", "Change the permission of it and of the folders it lies in."],
  EPERM: ["no permission to read it", "Change the permission of it and of the folders it lies in."],
  EISDIR: ["a folder where a file is needed", "Check the path."],
  ENOTDIR: ["a file where a folder is needed", "Check the path."],
  ENOENT: ["nothing of that name", "Check the path."],
  ELOOP: ["a link that leads back to itself", "Make it point to what is meant."],
  ENAMETOOLONG: ["a name too long for the file system", "Check the path."],
};

/** Looks at or reads what lies at `path`; what the system refuses becomes a StoreError that names it. */
export async function asReadError<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What to throw where the system refuses to look at or to read `path`; other errors as they are. */
export function unreadable(path: string, error: unknown): unknown {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (isFlashdeconvError(error) || code === undefined || syscall === undefined) return error;
  const [found, remedy] = UNREADABLE[code] ?? [message, "Check the disk, then run again."];
  return new StoreError({ path, found, expected: "what can be read", remedy, cause: error });
}

/**
 * What to throw where the disk is full: it tells how much was wanted and how much is free.
 *
 * @param place a folder of the file system; `path` if left out
 * @param bytes that were to be written at once, where that is known
 * @param remedy what to do, where it is not another place for the result
 */
export async function diskFull(
  path: string,
  cause: NodeJS.ErrnoException,
  {
    place = path,
    bytes,
    remedy = "Free some space, or write to another disk.",
  }: { readonly place?: string; readonly bytes?: number; readonly remedy?: string } = {},
): Promise<StoreError> {
  const free = await freeBytes(place).catch(() => undefined);
  return new StoreError({
    path,
    found: `${FULL[cause.code ?? ""] ?? cause.message} (${free === undefined ? "an unknown number of bytes" : numbered(free, "byte")} free)`,
    expected: `room for ${bytes === undefined ? "what is written" : numbered(bytes, "more byte")}`,
    remedy,
    cause,
  });
}

/** Whether a write failed for want of room: of the disk, of a quota, or of what a file may grow to. */
export function isDiskFull(error: unknown): error is NodeJS.ErrnoException {
  return ((error as NodeJS.ErrnoException)?.code ?? "") in FULL;
}

async function freeBytes(place: string): Promise<number> {
  const { bavail, bsize } = await statfs(place);
  return bavail * bsize;
}

/** `undefined` for what is not there, other errors as they are. */
export async function ifPresent<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
