import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";

/**
 * Makes a folder and those that it is to lie in, where they are missing. Returns the first that had to be made, if any. Node's recursive
 * `mkdir` does not return where the system makes no folders, as below `/proc`.
 *
 * @throws StoreError where no folder can be made; what else the system says, such as EEXIST where a file is in the way
 */
export async function makeFolders(folder: string, mode?: number): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = resolve(folder); !(await isFolder(at)); at = dirname(at)) missing.push(at);
  let first: string | undefined;
  for (const at of missing.reverse()) {
    try {
      await mkdir(at, { mode });
      first ??= at;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT")
        throw nothingMade(folder, `${dirname(at)}, in which the system makes no folder`, error);
      // Another run may have made it just now.
      if (code !== "EEXIST" || !(await isFolder(at))) throw error;
    }
  }
  return first;
}

/** False for what is not there, and for a root that is not: nothing can be made above it. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    return false;
  }
}

/** The error of a first file in a folder: where the folder is there, the system makes no files in it, as in `/proc`. */
export async function whyNoFile(path: string, folder: string, error: unknown): Promise<unknown> {
  const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return isMissing && (await isFolder(folder))
    ? nothingMade(path, `${folder}, in which the system makes no file`, error)
    : error;
}

function nothingMade(path: string, found: string, cause: unknown): StoreError {
  return new StoreError({
    path,
    found,
    expected: "a folder that can be written to",
    remedy: "Choose another place.",
    cause,
  });
}

/** Removes a folder that was made for something that did not come to be, and those above it that were; not where anything is in them. */
export async function removeEmptyFolders(folder: string, firstMade: string | undefined): Promise<void> {
  if (firstMade === undefined) return;
  for (let at = folder; at.startsWith(firstMade); at = dirname(at)) {
    const isGone = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}
