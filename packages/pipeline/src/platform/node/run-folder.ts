/**
 * A folder, on a disk or in a bucket, in which a run keeps its finished pieces, in Node, so that it can be resumed after it was killed. On a
 * disk its scratch lies there too.
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
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OptionError, StoreError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import type { LockOptions } from "@flashdeconv/stores/node/internal";
import type { Checkpoint } from "../../contracts/checkpoint.js";
import type { RunReach } from "./run-folder/bucket-place.js";
import { describeDifferences } from "./run-folder/differences.js";
import {
  LAYOUT_VERSION,
  MANIFEST,
  type ManifestContent,
  PLAN,
  type RunHeader,
} from "./run-folder/manifest.js";
import { openRunPlace, readManifest } from "./run-folder/open-place.js";
import { listParts, readPart } from "./run-folder/part-files.js";
import { pieceKeeper } from "./run-folder/piece-keeper.js";
import { attempt, PLAN_FILE, type RunPlace, SCRATCH } from "./run-folder/run-place.js";
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
  /** How a folder in a bucket is reached. */
  readonly reach?: RunReach;
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
  /** Shows what is planned to people and to workflows, in a file whose name it resolves to. No run reads it. */
  showPlan(plan: unknown): Promise<string>;
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

export async function peekRunFolder(path: string, reach?: RunReach): Promise<RunLeft | undefined> {
  const content = await readManifest(await openRunPlace(path, reach));
  if (!content || content.isDone) return undefined;
  const notes = [...content.entries.keys()].filter((name) => name.startsWith(NOTE));
  return { settings: content.header.settings, notes: new Set(notes.map((name) => name.slice(NOTE.length))) };
}

/** Whether there is anything at the place of a run's folder. */
export async function isRunFolderThere(path: string, reach?: RunReach): Promise<boolean> {
  return (await openRunPlace(path, reach)).isThere();
}

/** Begins the names of pieces that are worth nothing by themselves. */
const NOTE = "note/";

/**
 * Opens the folder of a run, or makes it. One run at a time can have it open.
 *
 * @throws StoreError where another run is at work there, the folder holds something else, or a run that was stopped and is
 *   neither to be resumed (`resume`) nor to be deleted (`restart`); OptionError where the run to resume differs in one of its facts
 */
export async function openRunFolder(path: string, options: RunFolderOptions): Promise<RunFolder> {
  const { facts, settings = {}, resume = false, restart = false, plan, reach } = options;
  const everySeconds = options.everySeconds ?? SAVE_EVERY_SECONDS;
  const place = await openRunPlace(path, reach);
  const lock = await attempt(place, async () => {
    await place.prepare();
    return place.lock(options.lock);
  });
  try {
    const left = await readManifest(place);
    const isWorth = left !== undefined && !left.isDone && hasPieces(left.entries.keys());
    if (isWorth && !resume && !restart) throw leftOver(path, left);
    // A run may have left nothing but the note that it was about to write its result.
    const isResumed = resume && !restart && left !== undefined && !left.isDone && left.entries.size > 0;
    if (isResumed) refuseDifferences(path, left.header, facts);
    else await attempt(place, () => clear(place, left, plan === undefined ? [] : [PLAN_FILE]));
    const header: RunHeader = isResumed
      ? left.header
      : {
          version: LAYOUT_VERSION,
          id: randomBytes(6).toString("hex"),
          began: new Date().toISOString(),
          facts,
          settings,
        };
    const manifest = await attempt(place, () => place.openManifest(isResumed ? left : { header }));
    const keeper = pieceKeeper({
      place,
      manifest,
      entries: isResumed ? left.entries : new Map(),
      parts: {
        names: isResumed ? await attempt(place, () => listParts(place)) : [],
        read: (name, allocate) => readPart(place, name, header, allocate),
      },
      everySeconds,
      mayWrite: () => lock.check(),
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
      await attempt(place, () => clear(place, { header }, plan === undefined ? [] : [PLAN_FILE, MANIFEST]));
      await lock.release();
      await place.removeEmpty();
    };
    return {
      path,
      checkpoint: keeper,
      resumedCount: isResumed ? left.entries.size : 0,
      settings: header.settings,
      note: (name) => keeper.note(NOTE + name),
      async showPlan(shown) {
        const text = `${JSON.stringify(shown, undefined, 2)}\n`;
        await attempt(place, () => place.put(PLAN_FILE, new TextEncoder().encode(text)));
        return place.pathOf(PLAN_FILE);
      },
      async openScratch(bytesNeeded) {
        const scratch = await openScratch(place, header, bytesNeeded);
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
        for (const scratch of scratches) await (place.localFolder ? scratch.remove() : scratch.close());
        await lock.release();
        return true;
      },
    };
  } catch (error) {
    // What went wrong first is what is told.
    await lock.release().catch(() => undefined);
    throw error;
  }
}

/**
 * Leaves a folder that a thread of this process had open when it was ended, as `leave` would have: what is worth resuming from stays. Call
 * it after `cleanUpAfterThread` of io-zarr.
 */
export async function leaveRunFolder(path: string, reach?: RunReach): Promise<void> {
  const place = await openRunPlace(path, reach);
  const left = await readManifest(place);
  if (left === undefined) return;
  await attempt(place, async () => {
    const lock = await place.lock();
    const isWorth = !left.isDone && hasPieces(left.entries.keys());
    if (!isWorth) await clear(place, left);
    await lock.release();
    if (!isWorth) await place.removeEmpty();
    // What lay on its way is swept up.
    if (place.localFolder) await (await place.draft("")).discard();
  });
}

function hasPieces(names: Iterable<string>): boolean {
  return [...names].some((name) => !name.startsWith(NOTE));
}

function scratchName(id: string): string {
  return `.flashdeconv-scratch-${id}`;
}

/** On a disk a run that is resumed finds what it had; behind a network each process has its own. */
function openScratch(place: RunPlace, header: RunHeader, bytesNeeded: number): Promise<ScratchFolder> {
  if (place.localFolder !== undefined) return openScratchFolder(place.localFolder, { bytesNeeded });
  const elsewhere = header.settings.scratch;
  const name = elsewhere === undefined ? SCRATCH : scratchName(header.id);
  return openScratchFolder(elsewhere ?? place.pathOf(""), { bytesNeeded, name });
}

/** Removes all that a run made but the lock, and files that are to stay. */
async function clear(
  place: RunPlace,
  left: Pick<ManifestContent, "header"> | undefined,
  stay: readonly string[] = [],
): Promise<void> {
  const elsewhere = left?.header.settings.scratch;
  if (elsewhere !== undefined && left && place.localFolder === undefined)
    await rm(join(elsewhere, scratchName(left.header.id)), { recursive: true, force: true });
  await place.clear(stay);
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
