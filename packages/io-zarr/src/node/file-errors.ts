import { isFlashdeconvError, StoreError } from "@flashdeconv/core";

const REASONS: Readonly<Record<string, readonly [found: string, remedy: string]>> = {
  ENOENT: ["no such folder", "Create the folder it is to lie in, or check the path."],
  ENOTDIR: ["a file where a folder is needed", "Check the path."],
  EACCES: ["no permission to write there", "Change the permission or choose another place (--out)."],
  EPERM: ["no permission to write there", "Change the permission or choose another place (--out)."],
  EROFS: ["a file system that is read-only", "Choose another place."],
  ENOSPC: ["no space left on the disk", "Free some space or choose another place (--out)."],
  EDQUOT: ["the disk quota used up", "Free some space or choose another place (--out)."],
  ENAMETOOLONG: ["a name too long for the file system", "Choose a shorter name."],
};

/** Runs a file operation on `path`; what the system refuses becomes a StoreError that names it. */
export async function asStoreError<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (isFlashdeconvError(error) || code === undefined) throw error;
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
