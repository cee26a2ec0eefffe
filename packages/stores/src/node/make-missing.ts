import { mkdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes a folder. Returns the first that had to be made, if any. */
export async function makeMissing(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true });
  } catch (error) {
    // A file: what is made in it is refused in better words.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return undefined;
  }
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
