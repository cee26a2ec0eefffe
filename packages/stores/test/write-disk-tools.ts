import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { ownerTag, thisOwner } from "../src/node/owner-tag.js";

/** All files below a folder with their content, one letter per byte; without staging folders and locks if `hidden` is false. */
export function filesOf(folder: string, { hidden = true } = {}): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    const counts = entry.isFile() && (hidden || !/flashdeconv-(staging|lock)/.test(name));
    if (counts) files[name] = readFileSync(path, "latin1");
  }
  return files;
}

/** The tag of a run on this machine whose process has ended. */
export function goneTag(): string {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const [machine, , random] = ownerTag().split("-");
  return `${machine}-${pid}-${random}`;
}

/** The content of a lock of a run on this machine whose process has ended. */
export function goneLock(): string {
  return JSON.stringify({ ...thisOwner(), pid: Number(goneTag().split("-")[1]) });
}
