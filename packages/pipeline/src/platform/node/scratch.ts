/**
 * Scratch on disk for `deconvolve` and `solveSummary`, in Node: what is kept per spot then lies in files, not in memory.
 *
 * @example
 * import { openScratchFolder } from "@flashdeconv/pipeline/scratch";
 *
 * const scratch = await openScratchFolder(".");
 * // await deconvolve(section, reference, {}, { scratch: { scratch, windowBytes: 256 * 2 ** 20 } });
 * await scratch.remove(); // once the result has been read
 */
import { constants, type FileHandle, open, readdir, rm, stat, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { makeFolders, makeOwnFolder } from "@flashdeconv/stores/node/internal";
import type { Scratch, ScratchFile } from "../../contracts/scratch.js";

export interface ScratchFolder extends Scratch {
  readonly path: string;
  /** Closes all files and removes them with the folder. */
  remove(): Promise<void>;
  /** Closes all files and leaves them, to be opened again under the same `name`. */
  close(): Promise<void>;
}

interface ScratchFolderOptions {
  /** Bytes that will be written; refused at once where fewer are free. */
  readonly bytesNeeded?: number;
  /**
   * Name of the folder in `parent`. It may be there already, with files of an earlier run, which `create` then opens as they are; what
   * they hold counts towards `bytesNeeded`. A new name by default.
   */
  readonly name?: string;
}

/**
 * Makes a hidden folder of its own in `parent`. Without a `name`, those that killed runs have left there are removed.
 *
 * @throws StoreError where that cannot be, or too little is free
 */
export async function openScratchFolder(
  parent: string,
  { bytesNeeded = 0, name }: ScratchFolderOptions = {},
): Promise<ScratchFolder> {
  const expected = "a folder in which files can be made";
  const held = name === undefined ? 0 : await attempt(parent, expected, () => bytesIn(join(parent, name)));
  const free = await attempt(parent, expected, () => freeBytes(parent));
  if (free + held < bytesNeeded) throw tooSmall(parent, bytesNeeded, free);
  const path = await attempt(parent, expected, () => makeFolder(resolve(parent), name));
  const handles: FileHandle[] = [];
  const files = new Map<string, ScratchFile>();
  const closeAll = () => Promise.allSettled(handles.splice(0).map((handle) => handle.close()));
  return {
    path,
    async create(fileName) {
      const file = join(path, fileName);
      const known = files.get(file);
      if (known) return known;
      const flags = constants.O_RDWR | constants.O_CREAT | (name === undefined ? constants.O_EXCL : 0);
      const handle = await attempt(file, "a file that can be made", () => open(file, flags));
      handles.push(handle);
      files.set(file, scratchFile(file, handle));
      return scratchFile(file, handle);
    },
    find: (file) => files.get(file),
    async remove() {
      await closeAll();
      await rm(path, { recursive: true, force: true });
    },
    async close() {
      await closeAll();
    },
  };
}

async function makeFolder(parent: string, name: string | undefined): Promise<string> {
  if (name === undefined) return makeOwnFolder(parent, ".flashdeconv-scratch-");
  const path = join(parent, name);
  await makeFolders(path);
  return path;
}

/** Bytes of the files in a folder; 0 if there is none. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).blocks * 512));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Opens a file that another thread made. It is closed with the thread. */
export async function openScratchFile(path: string): Promise<ScratchFile> {
  return scratchFile(path, await attempt(path, "a scratch file of this run", () => open(path, "r+")));
}

function scratchFile(path: string, handle: FileHandle): ScratchFile {
  return {
    path,
    read: (into, at) =>
      attempt(path, `${numbered(into.length, "byte")} at ${at}`, async () => {
        for (let done = 0; done < into.length; ) {
          const { bytesRead } = await handle.read(into, done, into.length - done, at + done);
          if (bytesRead === 0) throw new Error("the file ends early");
          done += bytesRead;
        }
      }),
    async write(from, at) {
      try {
        for (let done = 0; done < from.length; ) {
          done += (await handle.write(from, done, from.length - done, at + done)).bytesWritten;
        }
      } catch (error) {
        if (!isFull(error)) throw unusable(path, "a file that can be written to", error);
        throw tooSmall(path, from.length, await freeBytes(path).catch(() => 0), error);
      }
    },
  };
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

async function attempt<T>(path: string, expected: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unusable(path, expected, error);
  }
}

const REMEDY = `Free some space, or name another folder with ${optionName("scratch")}. Nothing was written.`;

function unusable(path: string, expected: string, cause: unknown): StoreError {
  return new StoreError({
    path,
    found: cause instanceof Error ? cause.message : String(cause),
    expected,
    remedy: `Name another folder with ${optionName("scratch")}. Nothing was written.`,
    cause,
  });
}

function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes((error as { code?: string }).code ?? "");
}

function isLimited(error: unknown): boolean {
  return (error as { code?: string } | undefined)?.code === "EFBIG";
}

function tooSmall(path: string, needed: number, free: number, cause?: unknown): StoreError {
  return new StoreError({
    path,
    found: `${numbered(free, "byte")} free for scratch${isLimited(cause) ? ", and a limit on the size of files" : ""}`,
    expected: `room for ${numbered(needed, "byte")}`,
    remedy: REMEDY,
    cause,
  });
}
