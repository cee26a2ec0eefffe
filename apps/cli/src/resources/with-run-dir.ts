import { resolve } from "node:path";
import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import type { Checkpoint, MemoryPlan } from "@flashdeconv/pipeline";
import type { RunReach, ScratchUse } from "@flashdeconv/pipeline/internal";
import {
  isRunFolderThere,
  openRunFolder,
  openRunParts,
  peekRunFolder,
  type RunFolder,
  type RunLeft,
} from "@flashdeconv/pipeline/run-folder";
import { isRemote, type LockOptions } from "@flashdeconv/stores/node/internal";
import { withFlags } from "../options/option-flags.js";
import { type RunDirFlags, runDirFor } from "../options/run-dir-options.js";
import { tellPlace } from "../plugins/call-clock.js";
import { advise } from "../terminal/advice.js";
import type { Terminal } from "../terminal/terminal.js";
import { withScratch } from "./with-scratch.js";

/** What a run is given to keep its pieces with. */
export interface RunKeeping {
  /** Left out where nothing is kept. */
  readonly checkpoint?: Checkpoint;
  readonly scratch: ScratchUse | undefined;
  /** Pieces that an earlier run had finished. */
  readonly resumedCount: number;
  /** Notes what is about to be committed, for a run that is resumed from here. */
  note(name: RunNote): Promise<void>;
  /** As of RunFolder; left out where nothing is kept. */
  readonly showPlan?: RunFolder["showPlan"];
}

/** The result is about to be committed; the statistics are, or have been. */
export type RunNote = "result" | "statistics" | "statistics-kept";

export interface RunDirRequest extends RunDirFlags {
  readonly scratch?: string;
  /** What the run writes to. */
  readonly target: string;
  readonly plan: MemoryPlan;
  readonly lock?: LockOptions;
  readonly reach: RunReach;
  /** What the processes that share the run know of it: then its folder outlasts it. */
  readonly shared?: unknown;
  /** All that the result depends on. */
  readonly facts: () => Promise<Readonly<Record<string, string>>>;
}

/** What the processes of a run share, where its folder has that; undefined where nothing is left to be told. */
export async function plannedIn({ runDir }: RunDirFlags, reach: RunReach): Promise<unknown> {
  if (runDir === undefined || !(await isRunFolderThere(runDir, reach))) return undefined;
  return (await openRunParts(runDir, reach)).plan;
}

/** What a run that was stopped has left to resume from, if that was asked for. */
export async function leftToResume(
  flags: RunDirFlags,
  target: string,
  reach: RunReach,
): Promise<RunLeft | undefined> {
  return flags.resume ? peekRunFolder(runDirFor(flags, target), reach) : undefined;
}

/** Opens the run's folder and its scratch for `work`. They are removed when it is done; when it fails, what is worth keeping stays. */
export async function withRunDir<T>(
  request: RunDirRequest,
  terminal: Terminal,
  work: (keeping: RunKeeping) => Promise<T>,
): Promise<T> {
  const { plan, scratch: scratchFolder, target } = request;
  const folder = request.saveEvery === "never" ? undefined : await openFolder(request, terminal);
  if (!folder) {
    return withScratch(plan, scratchFolder, target, (scratch) =>
      work({ scratch, resumedCount: 0, note: async () => undefined }),
    );
  }
  let result: T;
  try {
    if (request.resume && folder.resumedCount === 0 && request.shared === undefined) {
      const message = "There is nothing to resume: the run starts from the beginning.";
      terminal.note({ code: "nothing-to-resume", message });
    }
    const { checkpoint, resumedCount, note, showPlan } = folder;
    const scratch =
      plan.keeps === "memory"
        ? undefined
        : { scratch: await folder.openScratch(plan.scratchBytes), windowBytes: plan.windowBytes };
    result = await work({ checkpoint, scratch, resumedCount, note, showPlan });
  } catch (error) {
    // What went wrong first is what is told.
    const isKept = await folder.leave().catch(() => false);
    if (isKept && request.shared === undefined) {
      const sentence = `What was done is kept in ${folder.path}: the same command with --resume continues from there.`;
      terminal.tell(sentence);
      advise(error, sentence);
    }
    throw error;
  }
  // The result is there: that something cannot be removed is no reason to fail.
  await folder.remove().catch((error: Error) => {
    terminal.note({ code: "run-dir-left", message: `${folder.path} could not be removed: ${error.message}` });
  });
  return result;
}

/**
 * Removes what is left of a run that had been finished: it was killed before it could do so. Pieces of another run stay. Returns how
 * many pieces there were.
 */
export async function removeFinishedRun({
  target,
  facts,
  lock,
  reach,
  ...flags
}: Omit<RunDirRequest, "plan">): Promise<number> {
  const path = runDirFor(flags, target);
  if (!(await isRunFolderThere(path, reach))) return 0;
  try {
    const folder = await openRunFolder(path, {
      facts: await facts(),
      resume: true,
      lock,
      reach,
      plan: flags.shared,
    });
    await folder.remove();
    return folder.resumedCount;
  } catch (error) {
    if (!isFlashdeconvError(error)) throw error;
    return 0;
  }
}

/** None where the folder would lie beside the result by itself, and nothing may be written there. */
async function openFolder(request: RunDirRequest, terminal: Terminal): Promise<RunFolder | undefined> {
  const { runDir, resume, restart, saveEvery, target, plan, scratch, reach } = request;
  const path = runDirFor(request, target);
  try {
    tellPlace({ kind: "run folder", path, reach: { access: reach.access, localFolder: reach.localFolder } });
    // Behind a network each process has scratch of its own.
    const isNamed = scratch !== undefined && !isRemote(path);
    const options = {
      facts: await request.facts(),
      settings: { keeps: plan.keeps, ...(isNamed && { scratch: resolve(scratch) }) },
      resume,
      restart,
      everySeconds: saveEvery === "never" ? undefined : saveEvery,
      plan: request.shared,
      lock: request.lock,
      reach,
    };
    // Stages continue what is there without being told to.
    const flag = request.shared === undefined ? "--resume" : "--run-dir";
    return await withFlags({ resume: flag }, () => openRunFolder(path, options));
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    const isRefused = error instanceof StoreError && ["EACCES", "EPERM", "EROFS"].includes(code ?? "");
    if (!isRefused || runDir !== undefined || resume || restart) throw error;
    const message = `If this run is stopped, it cannot be resumed: nothing can be kept in ${path} (name a --run-dir).`;
    terminal.note({ code: "no-run-dir", message });
    return undefined;
  }
}
