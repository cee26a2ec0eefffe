import { StoreError } from "@flashdeconv/core";
import type { FolderFile, Place } from "../run/protocol.js";

/** What to call a place. */
export function nameOf(place: Place): string {
  if (place.kind === "url") {
    const path = place.url.split(/[?#]/)[0].replace(/\/+$/, "");
    return path.split("/").at(-1) || path;
  }
  if (place.kind === "file") return place.file.name;
  return place.kind === "files" ? place.name : place.folder.name;
}

/** A link that somebody typed; undefined where it is none. Links to other hosts need https or http. */
export function readLink(text: string, base: string): Place | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  // A relative one is of files beside the page, and has to look like it.
  if (!/^https?:\/\/[^/]/i.test(trimmed) && !/^\.{0,2}\//.test(trimmed)) return undefined;
  try {
    return { kind: "url", url: new URL(trimmed, base).href };
  } catch {
    return undefined;
  }
}

/** The files of a picked folder. */
export function filesOfFolder(files: Iterable<File>): Place | undefined {
  const listed: FolderFile[] = [];
  let name = "";
  for (const file of files) {
    const [folder, ...rest] = file.webkitRelativePath.split("/");
    if (rest.length === 0) continue;
    name = folder;
    listed.push({ path: rest.join("/"), file });
  }
  return listed.length === 0 ? undefined : { kind: "files", name, files: listed };
}

/** Files of a folder that are listed before it is given up: a page lists them one by one. */
const MOST_FILES = 1_000_000;

/**
 * What was dropped. Has to be called while the drop is handled: afterwards browsers forget what it was.
 *
 * @returns undefined where nothing or no file was dropped, and "several" for more than one
 */
export async function placeOfDrop(data: DataTransfer): Promise<Place | "several" | undefined> {
  const items = [...data.items].filter(({ kind }) => kind === "file");
  if (items.length === 0) return undefined;
  if (items.length > 1) return "several";
  const [item] = items;
  const entry = item.webkitGetAsEntry();
  const file = item.getAsFile();
  const handle = await lentHandle(item);
  if (handle?.kind === "directory") return { kind: "folder", folder: handle as FileSystemDirectoryHandle };
  if (entry?.isDirectory) {
    const files: FolderFile[] = [];
    await listEntry(entry as FileSystemDirectoryEntry, "", files);
    return { kind: "files", name: entry.name, files };
  }
  return file === null ? undefined : { kind: "file", file };
}

/** Chromium's way; it needs a page that is secure. */
async function lentHandle(item: DataTransferItem): Promise<FileSystemHandle | null> {
  const lend = (item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> })
    .getAsFileSystemHandle;
  try {
    return (await lend?.call(item)) ?? null;
  } catch {
    return null;
  }
}

async function listEntry(
  folder: FileSystemDirectoryEntry,
  below: string,
  files: FolderFile[],
): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return;
    if (files.length > MOST_FILES) {
      throw new StoreError({
        path: below.split("/")[0],
        found: `more than ${MOST_FILES} files`,
        expected: "the folder of one section or reference",
        remedy: "Choose the folder itself, or pack it as .zarr.zip.",
      });
    }
    for (const entry of entries) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory) await listEntry(entry as FileSystemDirectoryEntry, `${path}/`, files);
      else files.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
    }
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
