import { StoreError } from "@flashdeconv/core";
import { MOST_BYTES } from "../bounds.js";
import { NoStoreError } from "../no-store-error.js";
import { tooLarge } from "../read-key.js";
import type { ByteRange, ListedStore, OpenStore, ReadOptions } from "../store.js";
import type { StoreAccess } from "../store-access.js";
import type { StoreFormat } from "../store-format.js";
import type { StoreLocation } from "../store-location.js";
import { readBlob } from "../zip/blob-reader.js";

/** A folder that somebody has picked or dropped in a page; it can be sent to workers. */
export interface PickedLocation extends StoreLocation {
  readonly opener: "picked";
  /** What people call it. Threads know it by this name: give two of them different ones. */
  readonly name: string;
  /** As the browser lends it. */
  readonly folder?: FileSystemDirectoryHandle;
  /** Else all its files, by their paths below it, without a leading slash. */
  readonly files?: readonly { readonly path: string; readonly file: File }[];
  /** A folder in it, without slashes at its ends, that is meant; all of it if left out. */
  readonly below?: string;
}

/** What a picked folder holds. */
export interface PickedFolder extends ListedStore {
  /** Undefined where there is no such file. */
  file(path: string): Promise<File | undefined>;
}

/** The files of a picked folder, by their paths. Nothing outside of it can be read. */
export function pickedFolder(location: PickedLocation, mostBytes = MOST_BYTES): PickedFolder {
  const { name, folder, files, below } = location;
  const tree = folder ? handleTree(folder) : listTree(files ?? []);
  const inner = (key: string) => [below, ...key.split("/")].filter((part) => part).join("/");
  const read = async (
    key: string,
    range: ByteRange | undefined,
    { signal, most = mostBytes }: ReadOptions,
  ) => {
    signal?.throwIfAborted();
    const file = await asStoreError(`${name}${key}`, () => tree.file(inner(key)));
    if (!file) return undefined;
    const part = range ? sliceOf(file, range) : file;
    if (part.size > most) throw tooLarge(key, part.size, most);
    return asStoreError(`${name}${key}`, () => readBlob(part, `${name}${key}`));
  };
  return {
    name: below ? `${name}/${below}` : name,
    mostBytes,
    givesAway: true,
    file: (path) => asStoreError(`${name}/${path}`, () => tree.file(inner(path))),
    get: (key, options = {}) => read(key, undefined, options),
    getRange: (key, range, options = {}) => read(key, range, options),
    list: (path) => asStoreError(`${name}${path}`, () => tree.list(inner(path))),
  };
}

/** Opens a picked folder that is a store. Throws NoStoreError for one that is none. */
export async function openPicked(
  location: PickedLocation,
  { mostBytes }: StoreAccess,
  format: StoreFormat,
): Promise<OpenStore> {
  const store = pickedFolder(location, mostBytes);
  const names = await store.list("/");
  if (format.rootDocuments.some((document) => names.includes(document))) {
    return { ...store, close: async () => undefined };
  }
  throw new NoStoreError({
    path: store.name ?? location.name,
    thing: "nothing",
    found: `a folder with ${names.slice(0, 6).join(", ") || "nothing in it"}`,
    expected: `a ${format.name} store: its folder, or a zip file of one`,
    remedy: "Pick the folder that is the store.",
  });
}

interface Tree {
  file(path: string): Promise<File | undefined>;
  list(path: string): Promise<string[]>;
}

function listTree(files: NonNullable<PickedLocation["files"]>): Tree {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  return {
    file: async (path) => byPath.get(path),
    async list(path) {
      const prefix = path === "" ? "" : `${path}/`;
      const below = [...byPath.keys()].filter((one) => one.startsWith(prefix));
      return [...new Set(below.map((one) => one.slice(prefix.length).split("/")[0]))];
    },
  };
}

function handleTree(root: FileSystemDirectoryHandle): Tree {
  const folders = new Map<string, Promise<FileSystemDirectoryHandle | undefined>>();
  const folderAt = (path: string): Promise<FileSystemDirectoryHandle | undefined> => {
    if (path === "") return Promise.resolve(root);
    const known = folders.get(path) ?? step(path);
    folders.set(path, known);
    return known;
  };
  const step = async (path: string) => {
    const [parent, name] = split(path);
    const folder = await folderAt(parent);
    return folder && ifThere(folder.getDirectoryHandle(name));
  };
  return {
    async file(path) {
      const [parent, name] = split(path);
      const folder = await folderAt(parent);
      const handle = folder && name !== "" ? await ifThere(folder.getFileHandle(name)) : undefined;
      return handle?.getFile();
    },
    async list(path) {
      const folder = await folderAt(path);
      const names: string[] = [];
      if (folder) for await (const name of folder.keys()) names.push(name);
      return names;
    },
  };
}

function split(path: string): [parent: string, name: string] {
  const at = path.lastIndexOf("/");
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

/** Undefined for what is not there, is of the other kind, or has a name that no file has (".."). */
async function ifThere<T>(handle: Promise<T>): Promise<T | undefined> {
  try {
    return await handle;
  } catch (error) {
    const { name } = error as Error;
    if (name === "NotFoundError" || name === "TypeMismatchError" || name === "TypeError") return undefined;
    throw error;
  }
}

function sliceOf(file: File, range: ByteRange): Blob {
  if ("suffixLength" in range) return file.slice(Math.max(0, file.size - range.suffixLength));
  return file.slice(range.offset, range.offset + range.length);
}

/** A browser takes back what was picked when the file changes, or is moved away. */
async function asStoreError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { name, message } = cause as Error;
    if (!(cause instanceof DOMException)) throw cause;
    throw new StoreError({
      path,
      found: `a file that the browser cannot read any more (${name}: ${message})`,
      expected: "the folder as it was picked",
      remedy: "Pick it again.",
      cause,
    });
  }
}
