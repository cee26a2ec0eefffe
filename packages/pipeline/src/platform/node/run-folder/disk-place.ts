import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import {
  acquireLock,
  isAbandoned,
  localPath,
  makeFolders,
  ownerTag,
} from "@flashdeconv/stores/node/internal";
import { MANIFEST, manifestFile } from "./manifest.js";
import { LOCK, type RunPlace, type StoredFile } from "./run-place.js";
import { writeError } from "./write-error.js";

const DRAFT = ".draft";
/** What a killed process may have left in a folder of parts; the owner's tag is in it. */
const DRAFT_NAME = /^\d+-\d+\.(.+)\.draft$/;
/** All that a run makes in its folder. */
const OURS = /^(manifest\.jsonl|plan\.json(\.draft)?|lock(-.+)?|scratch|parts|\d+\.piece(\.draft)?)$/;

/** A run's folder on a disk. */
export function diskPlace(path: string): RunPlace {
  const folder = resolve(localPath(path));
  const pathOf = (name: string) => join(folder, name);
  return {
    path,
    isThere: async () => existsSync(folder),
    prepare: () => makeFolder(path, folder),
    lock: (options) => acquireLock(join(folder, LOCK), path, options),
    pathOf,
    namesBelow: (below) => namesBelow(folder, below),
    open: (name) => openFile(pathOf(name)),
    async draft(name) {
      const file = pathOf(name);
      const isShared = dirname(file) !== folder;
      if (isShared) await makeFolders(dirname(file));
      // Several may write a part at once; of what one process alone writes, the next overwrites what it has left.
      const draft = isShared ? `${file.replace(/\.piece$/, "")}.${ownerTag()}${DRAFT}` : `${file}${DRAFT}`;
      return {
        path: draft,
        async publish(handle, isHurried) {
          try {
            if (!isHurried) await handle.sync();
          } finally {
            await handle.close();
          }
          await rename(draft, file);
          await syncFolder(dirname(file));
        },
        discard: () => rm(draft, { force: true }),
      };
    },
    async put(name, bytes) {
      const draft = `${pathOf(name)}${DRAFT}`;
      await writeFile(draft, bytes);
      await rename(draft, pathOf(name));
    },
    openManifest: (start) => manifestFile(join(folder, MANIFEST), start),
    remove: (name) => rm(pathOf(name), { force: true }),
    async clear(stay) {
      const isOver = (name: string) => OURS.test(name) && !name.startsWith(LOCK) && !stay.includes(name);
      const names = (await readdir(folder)).filter(isOver);
      // As long as it is there, the rest is known to be ours.
      names.sort((a, b) => Number(a === MANIFEST) - Number(b === MANIFEST));
      for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
    },
    // It may hold what somebody else has put there meanwhile.
    removeEmpty: () => rmdir(folder).catch(() => undefined),
    async removeDrafts(below) {
      for (const file of await namesIn(join(folder, below))) {
        const [, tag] = DRAFT_NAME.exec(file) ?? [];
        if (tag !== undefined && isAbandoned(tag)) await rm(join(folder, below, file), { force: true });
      }
    },
    stopWriting: () => undefined,
    toError: (error, bytes) => writeError(error, { path, option: "runDir", bytes }),
  };
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

async function openFile(path: string): Promise<StoredFile | undefined> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    return {
      size,
      async read(into, at) {
        for (let done = 0; done < into.length; ) {
          const { bytesRead } = await handle.read(into, done, into.length - done, at + done);
          if (bytesRead === 0) return false;
          done += bytesRead;
        }
        return true;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function namesBelow(folder: string, below: string): Promise<string[]> {
  const names: string[] = [];
  for (const inner of await namesIn(join(folder, below))) {
    for (const file of await namesIn(join(folder, below, inner))) names.push(`${below}/${inner}/${file}`);
  }
  return names;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** Makes a rename last. Not every system can do it; there it is left to the system. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
