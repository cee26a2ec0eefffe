import { lstat, open, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ifPresent } from "./file-errors.js";
import { makeFolders } from "./make-folders.js";

/** Writes a file, and the folders it needs. */
export async function writeWithFolders(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await makeFolders(dirname(path));
    await writeFile(path, bytes);
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await ifPresent(lstat(path))) !== undefined;
}

/** Waits until a folder and all in it have reached the disk, so that a rename after it never shows half a store. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else await syncFile(path);
  }
  await syncFolder(folder);
}

export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes renames in a folder last. Not every system can do it (Windows cannot); there it is left to the system. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
