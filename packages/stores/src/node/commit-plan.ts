import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifPresent } from "./file-errors.js";
import { exists } from "./files.js";

/** A file or folder of the store that a commit replaces as a whole. `path` is relative to the store's root. */
export interface Change {
  readonly path: string;
  /** Something lies at `path` now and is moved to the staging folder's `OLD`. */
  readonly replaces: boolean;
  /** What lies at `path` in the staging folder's `NEW` is moved into the store. */
  readonly brings: boolean;
}

export const NEW = "new";
export const OLD = "old";

/** Whether `path` is one of `prefixes` or lies below one. */
export function isBelow(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

/**
 * The changes that bring into the store at `root` what is staged in the folder `staging`. Whole folders are moved where
 * nothing in the store has to stay. Folders come before the files beside them, so that the documents that list others
 * (documents of a folder, at last those of the root) change after what they speak of.
 *
 * @param deleted paths whose present content goes away
 */
export async function planCommit(
  root: string,
  staging: string,
  deleted: readonly string[],
): Promise<Change[]> {
  const changes: Change[] = [];
  const isStaged = (path: string) => exists(join(staging, NEW, path));
  const isLive = (path: string) => exists(join(root, path));

  const walk = async (folder: string): Promise<void> => {
    const found = await ifPresent(readdir(join(staging, NEW, folder), { withFileTypes: true }));
    const entries = (found ?? []).sort(
      (a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1),
    );
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const replaces = await isLive(path);
      if (entry.isDirectory() && replaces && !isBelow(path, deleted)) await walk(path);
      else changes.push({ path, replaces, brings: true });
    }
  };

  for (const path of new Set(deleted)) {
    const goesForGood = !(await isStaged(path)) && (await isLive(path));
    if (goesForGood) changes.push({ path, replaces: true, brings: false });
  }
  await walk("");
  return changes;
}
