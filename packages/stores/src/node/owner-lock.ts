import { link, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { StoreError } from "@flashdeconv/core";
import { ifPresent } from "./file-errors.js";
import {
  BEAT_SECONDS,
  beatLock,
  type HeldLock,
  type LockOptions,
  readLock,
  SILENCE_SECONDS,
  startBeats,
  watch,
} from "./heartbeat.js";
import { livenessOf, mayBeGone, type Owner, ownerTag, thisOwner } from "./owner-tag.js";

/** The right to write somewhere, held by one run at a time. */
export interface OwnerLock {
  /**
   * Resolves while this run still has it. One that was removed by hand is made again.
   *
   * @throws StoreError where another run has taken it over, because this one had given no sign of life
   */
  check(): Promise<void>;
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
 * processes that died while they tried to take it have left is removed. Where the process cannot be seen from here (another machine or
 * container), its signs of life are watched: a lock without any for `silenceSeconds` is taken over.
 *
 * @throws StoreError that names the run which holds it: process, machine and since when; what the file system refuses, as it is
 */
export async function acquireLock(file: string, path: string, options: LockOptions = {}): Promise<OwnerLock> {
  const draft = `${file}-${ownerTag()}`;
  const text = JSON.stringify({ ...thisOwner(), beatSeconds: BEAT_SECONDS });
  try {
    await writeFile(draft, text);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (await appears(draft, file, text)) {
        // Not what the lock is for.
        await sweep(file).catch(() => undefined);
        return ownLock(file, path, text);
      }
      const held = await readLock(file);
      const owner = held && ownerOf(held.text);
      const state = held && owner ? await stateOf(() => readLock(file), held, owner, options) : undefined;
      if (held && state === "gone") await takeAway(file, held);
      else if (state === "alive") throw inUse(path, file, owner);
      // A lock without an owner is about to get one, unless it never does.
      else await wait(REST_MILLISECONDS);
    }
    throw inUse(path, file, undefined);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether who holds something is "alive" or "gone"; "changed" where it is another's by the time that this is known. */
export async function stateOf(
  look: () => Promise<HeldLock | undefined>,
  held: HeldLock,
  owner: Owner,
  options: LockOptions,
): Promise<"alive" | "gone" | "changed"> {
  const liveness = livenessOf(owner);
  if (liveness !== "unknown") return liveness;
  if (owner.beatSeconds === undefined) return "alive";
  const watched = await watch(look, held, owner, options);
  return watched === "changed" ? watched : watched === "silent" ? "gone" : "alive";
}

function ownLock(file: string, path: string, text: string): OwnerLock {
  const stopBeats = startBeats(() => beatLock(file, text));
  return {
    async check() {
      const held = await readLock(file);
      if (held === undefined && (await isWritten(file, text))) return;
      if (held?.text !== text) throw takenOver(path, file, held && ownerOf(held.text));
    },
    async release() {
      await stopBeats();
      await removeLock(file, text);
    },
  };
}

/** Makes the lock, with its content, in one step; false if there is one. */
async function appears(draft: string, file: string, text: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (code === "ENOENT") {
      // Another run, which cannot see that this one lives, has swept the draft away.
      await writeFile(draft, text);
      return false;
    }
    if (!NO_LINKS.has(code ?? "")) throw error;
  }
  return isWritten(file, text);
}

async function isWritten(file: string, text: string): Promise<boolean> {
  try {
    const made = await open(file, "wx");
    try {
      await made.writeFile(text);
    } catch (error) {
      // A full disk leaves a lock without an owner, which nobody would take over.
      await rm(file, { force: true });
      throw error;
    } finally {
      await made.close();
    }
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
export async function takeAway(file: string, { text, beat }: HeldLock): Promise<void> {
  const guard = `${file}-${GUARD}`;
  try {
    await (await open(guard, "wx")).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (!(await removeStale(guard))) await wait(REST_MILLISECONDS);
    return;
  }
  try {
    const held = await readLock(file);
    // It may have given a sign of life at last.
    if (held?.text === text && held.beat === beat) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/**
 * Removes drafts of processes that died between making and removing them, and a guard that was left so. Who waits where it cannot be seen
 * from here makes its draft again.
 */
async function sweep(file: string): Promise<void> {
  const prefix = `${basename(file)}-`;
  for (const name of await readdir(dirname(file))) {
    if (!name.startsWith(prefix)) continue;
    const end = name.slice(prefix.length);
    const left = join(dirname(file), name);
    if (end === GUARD) await removeStale(left);
    else if (mayBeGone(end)) await rm(left, { force: true });
  }
}

async function removeStale(guard: string): Promise<boolean> {
  const found = await ifPresent(stat(guard));
  const isStale = found !== undefined && Date.now() - found.mtimeMs > STALE_GUARD_MILLISECONDS;
  if (isStale) await rm(guard, { force: true });
  return isStale;
}

async function removeLock(file: string, text: string): Promise<void> {
  if ((await readLock(file))?.text === text) await rm(file, { force: true });
}

/** Who a lock says that it belongs to; undefined for what is not a lock. */
export function ownerOf(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner | null;
    return Number.isInteger(owner?.pid) && (owner as Owner).pid > 0 ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** What to throw where another run is at work; `file` is what to remove where it is dead on another machine. */
export function inUse(path: string, file: string, owner: Owner | undefined): StoreError {
  const ifDead =
    owner?.beatSeconds === undefined
      ? `If it is dead and gone, on another machine, remove ${file}.`
      : `If it has died, the next run sees that, after ${SILENCE_SECONDS} seconds of watching at most; to be quicker, remove ${file}.`;
  return new StoreError({
    path,
    found: `another run at work there (${describe(owner)})`,
    expected: "one run at a time",
    remedy: `Wait for it to end, or choose another place. ${ifDead}`,
  });
}

/** What to throw where this run has lost its lock. */
export function takenOver(path: string, file: string, owner: Owner | undefined): StoreError {
  return new StoreError({
    path,
    found: `another run that has taken this place over (${describe(owner)}; ${file})`,
    expected: "the lock that this run had taken: it has given no sign of life for too long",
    remedy: "Nothing of this run was written there. Let the other run end.",
  });
}

function describe(owner: Owner | undefined): string {
  return owner ? `process ${owner.pid} on ${owner.host}, since ${owner.since}` : "of which nothing is known";
}
