import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { KeptCounts } from "@flashdeconv/pipeline/internal";
import { openScratchFolder, type ScratchFolder } from "@flashdeconv/pipeline/scratch";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import type { ResourceFlags } from "../options/resource-options.js";

/** Of what is free: the result is to be written too, and others write as well. */
const SHARE_OF_FREE = 0.25;

type KeepingFlags = Pick<ResourceFlags, "scratch" | "useScratch"> & { readonly cache?: string };

export interface KeptFor {
  /** The section. From a disk it is read again as fast as counts are kept. */
  readonly spatial: string;
  /** What the run writes to. */
  readonly target: string;
}

/**
 * Lends `work` a folder for the counts of a section behind a network, between the passes over it, and removes it. There is none where
 * scratch is ruled out, what is fetched is kept anyway, or no folder can be made: then the section is read once more.
 */
export async function withKeptCounts<T>(
  flags: KeepingFlags,
  run: KeptFor,
  work: (kept: KeptCounts | undefined) => Promise<T>,
): Promise<T> {
  const folder = folderFor(flags, run);
  const scratch = folder === undefined ? undefined : await openScratchFolder(folder).catch(() => undefined);
  if (!scratch) return work(undefined);
  try {
    return await work({ scratch, mostBytes: SHARE_OF_FREE * (await freeBytes(scratch)) });
  } finally {
    await scratch.remove();
  }
}

function folderFor({ scratch, useScratch, cache }: KeepingFlags, { spatial, target }: KeptFor) {
  if (!isRemote(spatial) || cache !== undefined || useScratch === "never") return undefined;
  if (scratch !== undefined) return scratch;
  // The system's folder for files that pass may lie in memory.
  return isRemote(target) ? undefined : dirname(resolve(localPath(target)));
}

async function freeBytes({ path }: ScratchFolder): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
