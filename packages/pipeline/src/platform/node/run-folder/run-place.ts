import type { FileHandle } from "node:fs/promises";
import type { LockOptions, OwnerLock } from "@flashdeconv/stores/node/internal";
import type { Manifest, ManifestStart } from "./manifest.js";

export const LOCK = "lock";
/** Shows a plan to people. */
export const PLAN_FILE = "plan.json";
/** Below it lie the pieces that other processes make: a file each, which no manifest knows. */
export const PARTS = "parts";
export const SCRATCH = "scratch";

/**
 * Where the files of a run lie: in a folder of a disk, or below a name in a bucket. Names have slashes. A file is there whole or not at
 * all.
 */
export interface RunPlace {
  /** As users know it. */
  readonly path: string;
  /** Where it lies behind a network, the folder of this machine for scratch, which is then gone with the process. */
  readonly localFolder?: string;
  /** Whether there is anything. */
  isThere(): Promise<boolean>;
  /** Makes it where it is not there. Throws StoreError where it holds anything that is not a run's. */
  prepare(): Promise<void>;
  lock(options?: LockOptions): Promise<OwnerLock>;
  /** A file as messages name it. */
  pathOf(name: string): string;
  /** Names of files in a folder and in those in it, whoever wrote them. */
  namesBelow(folder: string): Promise<string[]>;
  open(name: string): Promise<StoredFile | undefined>;
  draft(name: string): Promise<Draft>;
  /** Writes a small file. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Begins a manifest, or continues one. */
  openManifest(start: ManifestStart): Promise<Manifest>;
  remove(name: string): Promise<void>;
  /** Removes all that a run made but the lock, scratch elsewhere, and files that are to stay. The manifest goes last. */
  clear(stay: readonly string[]): Promise<void>;
  /** Removes the place, if nothing is in it. */
  removeEmpty(): Promise<void>;
  /** Removes what killed processes of this machine had begun to write in a folder. */
  removeDrafts(folder: string): Promise<void>;
  /** Ends what is being written, where that may take long. */
  stopWriting(): void;
  /** What to throw where the system refuses to write so many bytes. */
  toError(error: unknown, bytes?: number): Promise<unknown>;
}

/** A file that is read from its beginning on. */
export interface StoredFile {
  readonly size: number;
  /** Fills `into` from a place of the file; false where the file does not reach so far. */
  read(into: Uint8Array, at: number): Promise<boolean>;
  close(): Promise<void>;
}

/** A file of this machine that is being written. */
export interface Draft {
  readonly path: string;
  /** Closes it and brings it to its name, for others to see and to last; without waiting for the disk where there is no time for it. */
  publish(handle: FileHandle, isHurried: boolean): Promise<void>;
  discard(): Promise<void>;
}

/** Does work in a place; what the system refuses becomes a StoreError. */
export async function attempt<T>(place: RunPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await place.toError(error);
  }
}
