import { StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** A file that the browser keeps for this site alone (the origin private file system). Several workers may have it open. */
export interface BrowserFile {
  /** Fills `into` with what was written from byte `at` on. */
  read(into: Uint8Array, at: number): Promise<void>;
  write(from: Uint8Array, at: number): Promise<void>;
  close(): Promise<void>;
}

/** A folder of such files that one run has to itself. */
export interface BrowserFolder {
  /** By which other workers find its files: `path/name`. */
  readonly path: string;
  /** Bytes that the browser says this site may write yet: a guess, as some round it up to far more. */
  freeBytes(): Promise<number>;
  /** Removes it with all files. Those who have some open must have ended. */
  remove(): Promise<void>;
}

/** Not in every browser's types: workers alone have it. */
interface SyncHandle {
  readonly mode?: string;
  read(into: Uint8Array, options: { at: number }): number;
  write(from: Uint8Array, options: { at: number }): number;
  close(): void;
}
interface FileHandle {
  createSyncAccessHandle(options?: { mode: string }): Promise<SyncHandle>;
}

/** All runs of this site have their folders in it. */
const ROOT = "flashdeconv-runs";
/** How handles are asked for that several workers may have at the same time. Where a browser knows none such, they take turns. */
const SHARED = "readwrite-unsafe";
/** How browsers call what goes beyond what they keep for a site. */
const TOO_FULL = "QuotaExceededError";

/** Whether there are such files here: in workers of pages that are secure contexts, where storage is not switched off. */
export function hasBrowserFiles(): boolean {
  const { storage, locks } = (globalThis.navigator ?? {}) as Partial<Navigator>;
  const { FileSystemFileHandle: Handle } = globalThis as { FileSystemFileHandle?: { prototype: object } };
  const isSync = Handle !== undefined && "createSyncAccessHandle" in Handle.prototype;
  return storage?.getDirectory !== undefined && locks !== undefined && isSync;
}

/**
 * Makes a folder for a run, and removes those of runs whose page or worker is gone: a lock of the folder's name is held for as long as
 * its maker lives.
 *
 * @throws StoreError where the browser makes none
 */
export async function openBrowserFolder(): Promise<BrowserFolder> {
  const name = crypto.randomUUID();
  const path = `${ROOT}/${name}`;
  return attempt(path, async () => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });
    const release = await holdLock(lockOf(name));
    try {
      await root.getDirectoryHandle(name, { create: true });
      await removeLeftOvers(root);
    } catch (error) {
      release();
      throw error;
    }
    return {
      path,
      freeBytes,
      async remove() {
        await removeFolder(root, name);
        release();
      },
    };
  });
}

/** Opens a file by its path, or makes it. */
export function openBrowserFile(path: string): Promise<BrowserFile> {
  return attempt(path, async () => {
    const handle = await handleOf(path);
    const first = await handle.createSyncAccessHandle({ mode: SHARED }).catch(() => undefined);
    if (first?.mode === SHARED)
      return browserFile(
        path,
        async (work) => work(first),
        () => first.close(),
      );
    first?.close();
    const inTurn = <T>(work: (open: SyncHandle) => T) =>
      navigator.locks.request(`flashdeconv-file-${path}`, async () => {
        const open = await handle.createSyncAccessHandle();
        try {
          return work(open);
        } finally {
          open.close();
        }
      }) as Promise<T>;
    return browserFile(path, inTurn, () => {});
  });
}

type WithHandle = <T>(work: (open: SyncHandle) => T) => Promise<T>;

function browserFile(path: string, withHandle: WithHandle, close: () => void): BrowserFile {
  return {
    read: (into, at) =>
      attempt(path, () =>
        withHandle((open) => {
          for (let done = 0; done < into.length; ) {
            const count = open.read(into.subarray(done), { at: at + done });
            if (count === 0) throw new Error("the file ends early");
            done += count;
          }
        }),
      ),
    write: (from, at) =>
      attempt(
        path,
        () =>
          withHandle((open) => {
            for (let done = 0; done < from.length; ) {
              const count = open.write(from.subarray(done), { at: at + done });
              if (count === 0) throw new DOMException("nothing more can be written", TOO_FULL);
              done += count;
            }
          }),
        from.length,
      ),
    async close() {
      close();
    },
  };
}

async function handleOf(path: string): Promise<FileHandle> {
  const names = path.split("/");
  const last = names.pop() as string;
  let folder = await navigator.storage.getDirectory();
  for (const name of names) folder = await folder.getDirectoryHandle(name);
  return (await folder.getFileHandle(last, { create: true })) as unknown as FileHandle;
}

async function freeBytes(): Promise<number> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return Math.max(0, quota - usage);
}

function lockOf(folder: string): string {
  return `flashdeconv-run-${folder}`;
}

/** Resolves once the lock is held, to what lets go of it. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = () => new Promise<void>((release) => resolve(release));
    navigator.locks.request(name, held).catch(reject);
  });
}

async function removeLeftOvers(root: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of root.keys()) {
    await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (lock) => {
      if (lock) await root.removeEntry(name, { recursive: true }).catch(() => undefined);
    });
  }
}

/** Files of a worker that has just been ended stay open for a moment. What cannot be removed now is, when the next run begins. */
async function removeFolder(root: FileSystemDirectoryHandle, name: string): Promise<void> {
  for (let attempts = 0; attempts < 20; attempts++) {
    const isGone = await root.removeEntry(name, { recursive: true }).then(
      () => true,
      (error: Error) => error.name === "NotFoundError",
    );
    if (isGone) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function attempt<T>(path: string, work: () => Promise<T>, byteCount?: number): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw (error as Error).name === TOO_FULL ? tooFull(path, byteCount, error) : unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): StoreError {
  return new StoreError({
    path,
    found: cause instanceof Error ? `${cause.name} (${cause.message})` : String(cause),
    expected: "a file that the browser keeps for this page",
    remedy: "Allow this site to store data, or leave the private window. Nothing was written elsewhere.",
    cause,
  });
}

/** What is free is not told: browsers answer with a round number, so that no site knows the disk. */
function tooFull(path: string, byteCount: number | undefined, cause: unknown): StoreError {
  const what = byteCount === undefined ? "another file" : numbered(byteCount, "more byte");
  return new StoreError({
    path,
    found: `no room for ${what} in what the browser keeps for this page`,
    expected: "room for all that is written",
    remedy:
      "Free some space on the disk or among the data of this site, or run it with the command line. Nothing was written elsewhere.",
    cause,
  });
}
