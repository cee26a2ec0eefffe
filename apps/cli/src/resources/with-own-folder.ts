import { dirname, join, resolve } from "node:path";
import type { Checkpoint, MemoryPlan } from "@flashdeconv/pipeline";
import type { RunReach, ScratchUse } from "@flashdeconv/pipeline/internal";
import { openRunFolder } from "@flashdeconv/pipeline/run-folder";
import { isRemote, locationBelow, makeFolders } from "@flashdeconv/stores/node/internal";
import type { ResourceFlags } from "../options/resource-options.js";
import type { RunDirFlags } from "../options/run-dir-options.js";
import { lockOptions } from "../stores/lock-options.js";
import type { Terminal } from "../terminal/terminal.js";

/** Where a process that does a section of a run keeps what is not done: with the parts of the run, and removed with them. */
export function ownFolderOf(runDir: string, section: number): string {
  const own = `parts/section-${section + 1}`;
  return isRemote(runDir) ? locationBelow(runDir, own) : join(runDir, own);
}

export interface OwnFolderRequest {
  readonly plan: MemoryPlan;
  readonly flags: ResourceFlags & Pick<RunDirFlags, "saveEvery"> & { readonly scratch?: string };
  readonly reach: RunReach;
  /** As of the run. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface OwnKeeping {
  readonly own: Checkpoint;
  readonly scratch: ScratchUse | undefined;
}

/** Lends such a folder, and scratch where the plan says so; what is there from before is taken up. Only one process can have it at a time. */
export async function withOwnFolder(
  path: string,
  { plan, flags, facts, reach }: OwnFolderRequest,
  terminal: Terminal,
  work: (keeping: OwnKeeping) => Promise<void>,
): Promise<void> {
  const { saveEvery, scratch: elsewhere } = flags;
  if (!isRemote(path)) await makeFolders(dirname(path));
  // Behind a network each process has scratch of its own.
  const isNamed = elsewhere !== undefined && !isRemote(path);
  const folder = await openRunFolder(path, {
    facts,
    settings: { keeps: plan.keeps, ...(isNamed && { scratch: resolve(elsewhere) }) },
    resume: true,
    everySeconds: saveEvery === "never" ? undefined : saveEvery,
    lock: lockOptions(terminal),
    reach,
  });
  try {
    const scratch =
      plan.keeps === "memory"
        ? undefined
        : { scratch: await folder.openScratch(plan.scratchBytes), windowBytes: plan.windowBytes };
    await work({ own: folder.checkpoint, scratch });
  } catch (error) {
    // What went wrong first is what is told.
    await folder.leave().catch(() => false);
    throw error;
  }
  // The result is kept: that something cannot be removed is no reason to fail.
  await folder.remove().catch(() => undefined);
}
