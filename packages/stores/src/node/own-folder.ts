import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAbandoned, ownerTag } from "./owner-tag.js";

/** Makes a folder for this run alone; its name begins with `prefix`. Those that killed runs of this machine have left are removed. */
export async function makeOwnFolder(parent: string, prefix: string): Promise<string> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix) || !isAbandoned(name.slice(prefix.length))) continue;
    // What cannot be removed is no reason to fail.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
  const folder = join(parent, prefix + ownerTag());
  await mkdir(folder, { mode: 0o700 });
  return folder;
}
