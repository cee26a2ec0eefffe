import { link, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { StoreError } from "@flashdeconv/core";
import { ifPresent } from "./file-errors.js";
import { isAbandoned, isGone, type Owner, ownerTag, thisOwner } from "./owner-tag.js";

/** The right to write somewhere, held by one run at a time. */
export interface OwnerLock {
  /** Gives it back. Does nothing if it was given back, or taken away by hand. */
  release(): Promise<void>;
}

/** Tries, with a short rest between two, while others take over or give back the same lock. */
const MOST_TRIES = 50;
const REST_MILLISECONDS = 20;
const GUARD = "takeover";
/** A takeover is over within milliseconds; a guard that is older was left by a run that was killed in its midst. */
const STALE_GUARD_MILLISECONDS = 10_000;

/**
 * Takes the lock that is the file `file`, for what the user knows as `path`. A lock whose process has died is taken over, and what
 * processes that died while they tried to take it have left is removed.
 *
 * @throws StoreError that names the run which holds it: process, machine and since when; what the file system refuses, as it is
 */
export async function acquireLock(file: string, path: string): Promise<OwnerLock> {
  const draft = `${file}-${ownerTag()}`;
  const text = JSON.stringify(thisOwner());
  await writeFile(draft, text);
  try {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (await appears(draft, file, text)) {
        // Not what the lock is for.
        await sweep(file).catch(() => undefined);
        return { release: () => release(file, text) };
      }
      const held = await ifPresent(readFile(file, "utf8"));
      const owner = held === undefined ? undefined : ownerOf(held);
      // A lock without an owner is about to get one, unless it never does.
      if (owner && !isGone(owner)) throw inUse(path, file, owner);
      if (held !== undefined && owner) await takeAway(file, held);
      else await wait(REST_MILLISECONDS);
    }
    throw inUse(path, file, undefined);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Makes the lock, with its content, in one step; false if there is one. */
async function appears(draft: string, file: string, text: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (!NO_LINKS.has(code ?? "")) throw error;
  }
  try {
    await writeFile(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** What file systems without hard links say. */
const NO_LINKS: ReadonlySet<string> = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
  "EACCES",
]);

/** Removes a dead run's lock. One at a time looks and removes, so that nobody removes the lock of who was quicker. */
async function takeAway(file: string, dead: string): Promise<void> {
  const guard = `${file}-${GUARD}`;
  try {
    await (await open(guard, "wx")).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (!(await removeStale(guard))) await wait(REST_MILLISECONDS);
    return;
  }
  try {
    await release(file, dead);
  } finally {
    await rm(guard, { force: true });
  }
}

/** Removes drafts of processes that died between making and removing them, and a guard that was left so. */
async function sweep(file: string): Promise<void> {
  const prefix = `${basename(file)}-`;
  for (const name of await readdir(dirname(file))) {
    if (!name.startsWith(prefix)) continue;
    const end = name.slice(prefix.length);
    const left = join(dirname(file), name);
    if (end === GUARD) await removeStale(left);
    else if (isAbandoned(end)) await rm(left, { force: true });
  }
}

async function removeStale(guard: string): Promise<boolean> {
  const found = await ifPresent(stat(guard));
  const isStale = found !== undefined && Date.now() - found.mtimeMs > STALE_GUARD_MILLISECONDS;
  if (isStale) await rm(guard, { force: true });
  return isStale;
}

async function release(file: string, text: string): Promise<void> {
  if ((await ifPresent(readFile(file, "utf8"))) === text) await rm(file, { force: true });
}

/** Who a lock says that it belongs to; undefined for what is no lock. */
export function ownerOf(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner | null;
    return typeof owner?.pid === "number" ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** What to throw where another run is at work; `file` is what to remove where it is dead on another machine. */
export function inUse(path: string, file: string, owner: Owner | undefined): StoreError {
  const who = owner
    ? `process ${owner.pid} on ${owner.host}, since ${owner.since}`
    : "of which nothing is known";
  return new StoreError({
    path,
    found: `another run at work there (${who})`,
    expected: "one run at a time",
    remedy: `Wait for it to end, or choose another place. If it is dead and gone, on another machine, remove ${file}.`,
  });
}
