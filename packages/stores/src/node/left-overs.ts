import { lstat, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ifPresent } from "./file-errors.js";
import { exists } from "./files.js";
import { type HeldLock, readLock } from "./heartbeat.js";
import { ownerOf, takeAway } from "./owner-lock.js";
import { livenessOf, mayBeGone, tagLiveness } from "./owner-tag.js";

/** Hidden beside a store that is being written: what goes there, what lay there before, and who is at work. */
export const PARTIAL = "partial-";
export const REPLACED = "replaced-";
export const LOCK = "lock";

export function sibling(target: string, suffix: string): string {
  return join(dirname(target), `.${basename(target)}.${suffix}`);
}

const LEFT_OVER = /^\.(.+)\.(partial-|replaced-)([^.]+)$/;
const LOCK_FILE = /^\.(.+)\.lock$/;
const LOCK_DRAFT = /^\..+\.lock-([^.]+)$/;

/**
 * Removes what killed runs have left in the folder of `target`: partial stores, locks, and stores that were moved aside; one that was
 * not yet replaced is brought back. This run must hold the lock of `target`. What belongs to a run that is, or may be, at work stays,
 * and so does what no run of ours makes.
 */
export async function cleanUpAfterKilledRuns(target: string): Promise<void> {
  const folder = dirname(target);
  const ours = sibling(target, LOCK);
  const names = await readdir(folder);
  // What is left at other names is not what this run is for: it must not fail for it.
  for (const name of names) {
    const file = join(folder, name);
    if (LOCK_FILE.test(name) && file !== ours) await removeDeadLock(file, ours).catch(() => undefined);
    const tag = LOCK_DRAFT.exec(name)?.[1];
    if (tag !== undefined && mayBeGone(tag)) await rm(file, { force: true }).catch(() => undefined);
  }
  for (const name of names) {
    const [, store, kind, tag] = LEFT_OVER.exec(name) ?? [];
    const liveness = tag === undefined ? undefined : tagLiveness(tag);
    if (liveness === undefined || liveness === "alive") continue;
    const place = join(folder, store);
    if (place === target) await clear(join(folder, name), kind, place);
    // Who writes a store holds its lock from before until after.
    else if (!(await exists(sibling(place, LOCK)))) {
      await clear(join(folder, name), kind, place).catch(() => undefined);
    }
  }
}

async function clear(left: string, kind: string, target: string): Promise<void> {
  const found = await ifPresent(lstat(left));
  if (kind === PARTIAL && found?.isFile()) return rm(left, { force: true });
  if (!found?.isDirectory()) return;
  if (kind === REPLACED && !(await exists(target))) await ifPresent(rename(left, target));
  else await rm(left, { recursive: true, force: true });
}

async function removeDeadLock(file: string, ours: string): Promise<void> {
  if (!(await lstat(file)).isFile()) return;
  const [held, mine] = [await readLock(file), await readLock(ours)];
  if (held && mine && isDeadLock(held, mine)) await takeAway(file, held);
}

/** Far beyond what clocks of machines that share a disk differ by: nobody watches a lock that nobody asks for. */
const FORGOTTEN_MILLISECONDS = 3_600_000;

function isDeadLock(held: HeldLock, mine: HeldLock): boolean {
  const owner = ownerOf(held.text);
  // Other programs have locks of that name too.
  if (!owner || !/^[0-9a-f]{8}$/.test(owner.machine) || !/^[0-9a-f]{16}$/.test(owner.id)) return false;
  const liveness = livenessOf(owner);
  if (liveness !== "unknown") return liveness === "gone";
  return owner.beatSeconds !== undefined && Number(mine.beat) - Number(held.beat) > FORGOTTEN_MILLISECONDS;
}
