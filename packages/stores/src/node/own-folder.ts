import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAbandoned, ownerTag } from "./owner-tag.js";

/** What becomes of a folder that a killed run has left. */
export type LeftFolder = "remove" | "keep" | "take";

/**
 * Makes a folder for this run alone; its name begins with `prefix`. Of those that killed runs of this machine have left, `judge` may keep some, or
 * have one taken over in place of a new one; the others are removed.
 */
export async function makeOwnFolder(
  parent: string,
  prefix: string,
  judge: (folder: string) => Promise<LeftFolder> = async () => "remove",
): Promise<string> {
  const folder = join(parent, prefix + ownerTag());
  let isTaken = false;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix) || !isAbandoned(name.slice(prefix.length))) continue;
    const left = join(parent, name);
    const fate = await judge(left);
    if (fate === "take" && !isTaken) {
      // Another run may have been faster.
      isTaken = await rename(left, folder).then(
        () => true,
        () => false,
      );
    } else if (fate !== "keep") {
      // What cannot be removed is no reason to fail.
      await rm(left, { recursive: true, force: true }).catch(() => undefined);
    }
  }
  if (!isTaken) await mkdir(folder, { mode: 0o700 });
  return folder;
}
