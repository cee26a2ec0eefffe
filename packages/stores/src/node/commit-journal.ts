import { readFile, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { type Change, NEW, OLD } from "./commit-plan.js";
import { ifPresent } from "./file-errors.js";
import { exists, syncFile, syncFolder, writeWithFolders } from "./files.js";
import { makeFolders } from "./make-folders.js";

const JOURNAL = "journal.json";

/**
 * Makes the changes, written down first so that `finishCommit` can complete them if this run is killed. If one fails, those
 * made are taken back and the error is thrown; if that fails too, the journal stays and `isCommitPending` is true.
 */
export async function commitChanges(
  root: string,
  staging: string,
  changes: readonly Change[],
): Promise<void> {
  await writeJournal(staging, changes);
  const renames: [from: string, to: string][] = [];
  try {
    for (const change of changes) await makeChange(root, staging, change, renames);
  } catch (error) {
    for (const [from, to] of renames.reverse()) await rename(to, from);
    await removeJournal(staging);
    throw error;
  }
  await syncFolder(root);
  await removeJournal(staging);
}

/** Completes what a killed run had begun to commit; does nothing if it had not begun. */
export async function finishCommit(root: string, staging: string): Promise<void> {
  const journal = await ifPresent(readFile(join(staging, JOURNAL), "utf8"));
  if (journal === undefined) return;
  const changes = JSON.parse(journal) as Change[];
  for (const { path } of changes) {
    await refuseOutside(root, path);
    for (const place of [NEW, OLD]) await refuseOutside(root, `${basename(staging)}/${place}/${path}`);
  }
  for (const change of changes) await makeChange(root, staging, change, []);
  await syncFolder(root);
  await removeJournal(staging);
}

/** A journal may come with a store from anywhere: it must move nothing that lies elsewhere, also not by a link. */
async function refuseOutside(root: string, path: unknown): Promise<void> {
  const parts = typeof path === "string" ? path.split(/[\\/]/) : [""];
  if (parts.some((part) => part === "" || part === "." || part === "..")) throw outside(path);
  const whole = await realpath(root);
  for (let depth = 1; depth < parts.length; depth++) {
    const folder = await ifPresent(realpath(join(root, ...parts.slice(0, depth))));
    if (folder !== undefined && !folder.startsWith(whole + sep)) throw outside(path);
  }
}

function outside(path: unknown): Error {
  return new Error(`they are said to be of ${JSON.stringify(path)}, outside of it`);
}

/** Whether a commit is neither complete nor taken back; the staging folder must stay then. */
export function isCommitPending(staging: string): Promise<boolean> {
  return exists(join(staging, JOURNAL));
}

/** Makes a change, or the rest of it, or nothing if it is made already. Adds the renames it does to `renames`. */
export async function makeChange(
  root: string,
  staging: string,
  { path, replaces, brings }: Change,
  renames: [from: string, to: string][],
): Promise<void> {
  const [live, staged, old] = [join(root, path), join(staging, NEW, path), join(staging, OLD, path)];
  const move = async (from: string, to: string) => {
    await makeFolders(dirname(to));
    await rename(from, to);
    renames.push([from, to]);
  };
  if (brings && !(await exists(staged))) return;
  if (replaces && !(await exists(old)) && (await exists(live))) await move(live, old);
  if (brings) await move(staged, live);
}

/** The journal appears whole or not at all. */
export async function writeJournal(staging: string, changes: readonly Change[]): Promise<void> {
  const draft = join(staging, `${JOURNAL}.draft`);
  await writeWithFolders(draft, new TextEncoder().encode(JSON.stringify(changes)));
  await syncFile(draft);
  await rename(draft, join(staging, JOURNAL));
  await syncFolder(staging);
}

/** Goes first when a staging folder is removed: without it the folder's content has no more meaning. */
async function removeJournal(staging: string): Promise<void> {
  await rm(join(staging, JOURNAL), { force: true });
  await syncFolder(staging);
}
