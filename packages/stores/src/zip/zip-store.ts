import { isFlashdeconvError, type StoreError } from "@flashdeconv/core";
import { MOST_BYTES } from "../bounds.js";
import { NoStoreError } from "../no-store-error.js";
import type { ByteRange, ReadableStore } from "../store.js";
import type { StoreFormat } from "../store-format.js";
import { type Unpack, unpackStream } from "./unpack-stream.js";
import { readZipDirectory, type ZipDirectory } from "./zip-directory.js";
import { readMember } from "./zip-member.js";
import type { ZipReader } from "./zip-reader.js";

export interface ZipOptions {
  readonly format: StoreFormat;
  /** Most memory that reading may take. Default 4 GiB. */
  readonly mostBytes?: number;
  /** What unpacks members; by default the runtime's streams. */
  readonly unpack?: Unpack;
}

/**
 * A store in a zip file, at its top or in a folder of it; `name` is the file's. What macOS adds (`__MACOSX`) is passed over. Only the
 * directory of the zip is read at first, then each member when it is asked for.
 */
export async function zipStore(
  name: string,
  reader: ZipReader,
  { format, mostBytes = MOST_BYTES, unpack = unpackStream }: ZipOptions,
): Promise<ReadableStore> {
  try {
    const directory = await readZipDirectory(reader, mostBytes);
    reader.onMembers?.(directory.bounds());
    const root = rootOf(directory, format);
    if (root === undefined) throw withoutStore(name, directory, format);
    const read = async (key: string, range: ByteRange | undefined, most = mostBytes) => {
      const member = directory.find(root + key.slice(1));
      return member && readMember(reader, member, { range, most, unpack });
    };
    return {
      name,
      mostBytes,
      heldBytes: directory.heldBytes,
      get: (key, options) => read(key, undefined, options?.most),
      getRange: (key, range) => read(key, range),
      list: async (folder) => {
        const prefix = root + (folder === "/" ? "" : `${folder.slice(1)}/`);
        return [...new Set(directory.names(prefix, true))].filter((child) => child !== "");
      },
    };
  } catch (cause) {
    if (isFlashdeconvError(cause)) throw cause;
    throw new NoStoreError({
      path: name,
      thing: { kind: "unknown", called: "a file that cannot be read as a zip" },
      found: `a file that cannot be read as a zip (${cause instanceof Error ? cause.message : cause})`,
      expected: `a ${format.name} store: a folder, or a zip file of one`,
      remedy: "Copy the file again if it is incomplete, or give the folder of the store.",
      cause,
    });
  }
}

/** What comes before every name of the store: the folder that a zipped folder leaves. Junk of macOS is passed over. */
function rootOf(directory: ZipDirectory, { rootDocuments }: StoreFormat): string | undefined {
  let root: string | undefined;
  for (const name of directory.names("")) {
    const at = name.lastIndexOf("/") + 1;
    if (!rootDocuments.includes(name.slice(at)) || name.startsWith("__MACOSX/")) continue;
    if (root === undefined || at < root.length) root = name.slice(0, at);
  }
  return root;
}

function withoutStore(
  path: string,
  directory: ZipDirectory,
  { name, rootDocuments }: StoreFormat,
): StoreError {
  const names = [...new Set([...directory.names("")].map((member) => member.split("/")[0]))].sort();
  const isOffice = names.some((member) => /^(\[Content_Types\].xml|_rels)$/.test(member));
  const [first, second] = rootDocuments;
  const called = `a zip file without ${second} or ${first}, with ${names.slice(0, 6).join(", ") || "nothing in it"}`;
  return new NoStoreError({
    path,
    thing: { kind: isOffice ? "spreadsheet" : "archive", called },
    found: called,
    expected: `a ${name} store: a folder, or a zip file of one`,
    remedy: "Unpack it and give what it holds.",
  });
}
