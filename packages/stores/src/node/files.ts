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

/** Files that are synced side by side: one waits for the disk, several wait for it together. */
const SYNCED_AT_ONCE = 8;

/** Waits until a folder and all in it have reached the disk, so that a rename after it never shows half a store. */
export async function syncTree(folder: string): Promise<void> {
  const files: string[] = [];
  const folders = [folder];
  for (const path of folders) {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      (entry.isDirectory() ? folders : files).push(join(path, entry.name));
    }
  }
  await syncAll(files, syncFile);
  await syncAll(folders, syncFolder);
}

/** Waits for all that are under way before it throws. */
async function syncAll(paths: readonly string[], sync: (path: string) => Promise<void>): Promise<void> {
  let next = 0;
  const takeTurns = async () => {
    while (next < paths.length) await sync(paths[next++]);
  };
  const turns = await Promise.allSettled(Array.from({ length: SYNCED_AT_ONCE }, takeTurns));
  const failed = turns.find((turn) => turn.status === "rejected");
  if (failed) throw failed.reason;
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
