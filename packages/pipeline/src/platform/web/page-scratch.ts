import { StoreError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import {
  type BrowserFile,
  closeBrowserCache,
  hasBrowserFiles,
  openBrowserFile,
  openBrowserFolder,
} from "@flashdeconv/stores/internal";
import type { Scratch, ScratchFile } from "../../contracts/scratch.js";

/** Scratch on files that the browser keeps for the site. For workers: pages themselves have no such files. */
export interface PageScratch extends Scratch {
  /** Of the folder; what stores' `cache` may be, too. */
  readonly path: string;
  /** Bytes that the browser lets this site write yet. */
  freeBytes(): Promise<number>;
  /** Closes all files and removes them with the folder. */
  remove(): Promise<void>;
}

/** Whether the browser keeps files for this worker. */
export function hasPageScratch(): boolean {
  return hasBrowserFiles();
}

/**
 * Makes a folder of its own, and removes those of pages that are gone.
 *
 * @param bytesNeeded bytes that will be written; refused at once where the browser lets fewer be
 * @throws StoreError where that cannot be, or there is too little room
 */
export async function openPageScratch(bytesNeeded = 0): Promise<PageScratch> {
  const folder = await openBrowserFolder();
  const free = await folder.freeBytes();
  if (free < bytesNeeded) {
    await folder.remove();
    throw new StoreError({
      path: "scratch in the browser",
      found: `room for ${numbered(free, "byte")} in what the browser keeps for this page`,
      expected: `room for ${numbered(bytesNeeded, "byte")}`,
      remedy: "Free some space on the disk or among the data of this site, or run it with the command line.",
    });
  }
  const opened: BrowserFile[] = [];
  const files = new Map<string, ScratchFile>();
  return {
    path: folder.path,
    freeBytes: folder.freeBytes,
    async create(name) {
      const path = `${folder.path}/${name}`;
      const known = files.get(path);
      if (known) return known;
      const file = await openBrowserFile(path);
      opened.push(file);
      const made = { path, read: file.read, write: file.write };
      files.set(path, made);
      return made;
    },
    find: (path) => files.get(path),
    async remove() {
      await Promise.allSettled(opened.splice(0).map((file) => file.close()));
      await closeBrowserCache(folder.path);
      await folder.remove();
    },
  };
}
