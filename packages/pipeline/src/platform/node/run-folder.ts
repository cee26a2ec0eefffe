/**
 * A folder in which a run keeps its finished pieces and its scratch, in Node, so that it can be resumed after it was killed.
 *
 * @example
 * import { openRunFolder } from "@flashdeconv/pipeline/run-folder";
 *
 * const facts = { input: "section.zarr as of today", options: "{}" };
 * const run = await openRunFolder("my-run", { facts, resume: true });
 * // await deconvolve(section, reference, {}, { checkpoint: run.checkpoint });
 * await run.remove(); // once the result is written
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, rmdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OptionError, StoreError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { acquireLock, type LockOptions } from "@flashdeconv/stores/node/internal";
import type { Checkpoint } from "../../contracts/checkpoint.js";
import { describeDifferences } from "./run-folder/differences.js";
import {
  LAYOUT_VERSION,
  MANIFEST,
  type ManifestContent,
  openManifest,
  PLAN,
  type RunHeader,
  readManifest,
} from "./run-folder/manifest.js";
import { listParts, readPart } from "./run-folder/part-files.js";
import { pieceKeeper } from "./run-folder/piece-keeper.js";
import { attempt, writeError } from "./run-folder/write-error.js";
import { openScratchFolder, type ScratchFolder } from "./scratch.js";

interface RunFolderOptions {
  /** All that the result depends on, by name: a run is resumed only where all of it is the same. */
  readonly facts: Readonly<Record<string, string>>;
  /** What no result depends on, but a run that is resumed wants to know of the one before. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Resume a run that was stopped, if there is one. False by default. */
  readonly resume?: boolean;
  /** Delete what a stopped run has left. False by default. */
  readonly restart?: boolean;
  /**
   * What JSON can hold, for the other processes of a run that several share (`openRunParts`): kept from now on, and left in the folder when
   * the run is over.
   */
  readonly plan?: unknown;
  /** Seconds of work that may be lost; 15 by default. */
  readonly everySeconds?: number;
  /** What to do while it is seen whether another run, of which this machine knows nothing, is still at work there. */
  readonly lock?: LockOptions;
}

export { openRunParts } from "./run-folder/run-parts.js";
export const SAVE_EVERY_SECONDS = 15;

export interface RunFolder {
  readonly path: string;
  readonly checkpoint: Checkpoint;
  /** Pieces that an earlier run had finished. */
  readonly resumedCount: number;
  /** Notes, to be seen by `peekRunFolder`, that something is about to happen. By itself it is nothing to resume from. */
  note(name: string): Promise<void>;
  /** Those of the run that was begun first. */
  readonly settings: Readonly<Record<string, string>>;
  /** Opens the run's scratch: in this folder, or in the one that the setting `scratch` names. */
  openScratch(bytesNeeded: number): Promise<ScratchFolder>;
  /** Removes the folder and all scratch: the run is over. */
  remove(): Promise<void>;
  /** Leaves what is worth resuming from; where that is nothing, removes the folder. Resolves to whether there is something. */
  leave(): Promise<boolean>;
}

/** What a run that was stopped has left in a folder, so far as it can be seen without opening it; undefined where that is nothing. */
export interface RunLeft {
  readonly settings: Readonly<Record<string, string>>;
  /** What was noted. */
  readonly notes: ReadonlySet<string>;
}

export async function peekRunFolder(path: string): Promise<RunLeft | undefined> {
  const content = await attempt(path, () => readManifest(join(path, MANIFEST)));
  if (!content || content.isDone) return undefined;
  const notes = [...content.entries.keys()].filter((name) => name.startsWith(NOTE));
  return { settings: content.header.settings, notes: new Set(notes.map((name) => name.slice(NOTE.length))) };
}

/** Shows a plan to people. */
const PLAN_FILE = "plan.json";
const LOCK = "lock";
const SCRATCH = "scratch";
/** All that a run makes in its folder. */
const OURS = /^(manifest\.jsonl|plan\.json(\.draft)?|lock(-.+)?|scratch|parts|\d+\.piece(\.draft)?)$/;
/** Begins the names of pieces that are worth nothing by themselves. */
const NOTE = "note/";

/**
 * Opens the folder of a run, or makes it. One run at a time can have it open.
 *
 * @throws StoreError where another run is at work there, the folder holds something else, or a run that was stopped and is
 *   neither to be resumed (`resume`) nor to be deleted (`restart`); OptionError where the run to resume differs in one of its facts
 */
export async function openRunFolder(path: string, options: RunFolderOptions): Promise<RunFolder> {
  const { facts, settings = {}, resume = false, restart = false, plan } = options;
  const everySeconds = options.everySeconds ?? SAVE_EVERY_SECONDS;
  const folder = resolve(path);
  const lock = await attempt(path, async () => {
    await makeFolder(path, folder);
    return acquireLock(join(folder, LOCK), path, options.lock);
  });
  try {
    const left = await attempt(path, () => readManifest(join(folder, MANIFEST)));
    const isWorth = left !== undefined && !left.isDone && hasPieces(left.entries.keys());
    if (isWorth && !resume && !restart) throw leftOver(path, left);
    // A run may have left nothing but the note that it was about to write its result.
    const isResumed = resume && !restart && left !== undefined && !left.isDone && left.entries.size > 0;
    if (isResumed) refuseDifferences(path, left.header, facts);
    else await attempt(path, () => clear(folder, left, plan === undefined ? [] : [PLAN_FILE]));
    const header: RunHeader = isResumed
      ? left.header
      : {
          version: LAYOUT_VERSION,
          id: randomBytes(6).toString("hex"),
          began: new Date().toISOString(),
          facts,
          settings,
        };
    const manifest = await attempt(path, () =>
      openManifest(join(folder, MANIFEST), isResumed ? { length: left.length } : { header }),
    );
    const keeper = pieceKeeper({
      path: folder,
      manifest,
      entries: isResumed ? left.entries : new Map(),
      parts: {
        names: isResumed ? await attempt(path, () => listParts(folder)) : [],
        read: (name, allocate) => readPart(folder, name, header, allocate),
      },
      everySeconds,
      mayWrite: () => lock.check(),
      toError: (error, bytes) => writeError(path, error, bytes),
    });
    const before = isResumed ? left.entries.get(PLAN)?.facts : undefined;
    if (plan !== undefined && JSON.stringify(plan) !== JSON.stringify(before)) {
      await keeper.save(PLAN, () => ({ facts: plan, arrays: {} }));
      await keeper.settle();
    }
    const scratches: ScratchFolder[] = [];
    const remove = async () => {
      // Should this be cut off, the next run sees that nothing here is worth resuming from.
      if (keeper.names().length > 0) await manifest.addDone().catch(() => undefined);
      await keeper.close();
      for (const scratch of scratches) await scratch.remove();
      await attempt(path, () => clear(folder, { header }, plan === undefined ? [] : [PLAN_FILE, MANIFEST]));
      await lock.release();
      // It may hold what somebody else has put there meanwhile.
      await rmdir(folder).catch(() => undefined);
    };
    return {
      path,
      checkpoint: keeper,
      resumedCount: isResumed ? left.entries.size : 0,
      settings: header.settings,
      note: (name) => keeper.note(NOTE + name),
      async openScratch(bytesNeeded) {
        const elsewhere = header.settings.scratch;
        const scratch = await openScratchFolder(elsewhere ?? folder, {
          bytesNeeded,
          name: elsewhere === undefined ? SCRATCH : scratchName(header.id),
        });
        scratches.push(scratch);
        return scratch;
      },
      remove,
      async leave() {
        await keeper.close();
        if (!hasPieces(keeper.names())) {
          await remove();
          return false;
        }
        for (const scratch of scratches) await scratch.close();
        await lock.release();
        return true;
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Leaves a folder that a thread of this process had open when it was ended, as `leave` would have: what is worth resuming from stays. Call
 * it after `cleanUpAfterThread` of io-zarr.
 */
export async function leaveRunFolder(path: string): Promise<void> {
  const folder = resolve(path);
  await attempt(path, async () => {
    const left = await readManifest(join(folder, MANIFEST));
    if (left === undefined) return;
    const lock = await acquireLock(join(folder, LOCK), path);
    const isWorth = !left.isDone && hasPieces(left.entries.keys());
    if (!isWorth) await clear(folder, left);
    await lock.release();
    if (!isWorth) await rmdir(folder).catch(() => undefined);
  });
}

function hasPieces(names: Iterable<string>): boolean {
  return [...names].some((name) => !name.startsWith(NOTE));
}

function scratchName(id: string): string {
  return `.flashdeconv-scratch-${id}`;
}

async function makeFolder(path: string, folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const isFolder = (await stat(folder)).isDirectory();
    const foreign = isFolder ? (await readdir(folder)).find((name) => !OURS.test(name)) : undefined;
    if (isFolder && foreign === undefined) return;
    throw new StoreError({
      path,
      found: isFolder ? `a folder with other things in it (${foreign})` : "a file",
      expected: "a folder for this run alone",
      remedy: `Name another ${optionName("runDir")}. Nothing there was touched.`,
    });
  }
}

/** Removes all that a run made but the lock, and files that are to stay. */
async function clear(
  folder: string,
  left: Pick<ManifestContent, "header"> | undefined,
  stay: readonly string[] = [],
): Promise<void> {
  const elsewhere = left?.header.settings.scratch;
  if (left && elsewhere)
    await rm(join(elsewhere, scratchName(left.header.id)), { recursive: true, force: true });
  const isOver = (name: string) => OURS.test(name) && !name.startsWith(LOCK) && !stay.includes(name);
  const names = (await readdir(folder)).filter(isOver);
  // The manifest goes last: as long as it is there, the rest is known to be ours.
  names.sort((a, b) => Number(a === MANIFEST) - Number(b === MANIFEST));
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
}

function refuseDifferences(
  path: string,
  { facts: before, began }: RunHeader,
  facts: RunHeader["facts"],
): void {
  const differences = describeDifferences(before, facts);
  if (differences.length === 0) return;
  throw new OptionError({
    option: "resume",
    value: path,
    found: `${path}, a run that was started at ${began} with other inputs or options (${differences.join("; ")})`,
    rule: "a run of these inputs and options",
    remedy: `Give what that run was given, or start over with ${optionName("restart")}.`,
  });
}

function leftOver(path: string, { header, entries }: ManifestContent): StoreError {
  return new StoreError({
    path,
    found: `a run that was started at ${header.began} and stopped, with ${numbered(entries.size, "finished piece")}`,
    expected: "no run that could be resumed",
    remedy: `Resume it (${optionName("resume")}), delete it (${optionName("restart")}), or name another ${optionName("runDir")}.`,
  });
}
