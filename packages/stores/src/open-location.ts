import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { NO_FILE, NO_FILE_REMEDY } from "./no-store-error.js";
import type { OpenFile, RangeReader } from "./range-reader.js";
import { redactUrl } from "./remote/redact-url.js";
import type { OpenStore } from "./store.js";
import type { StoreAccess } from "./store-access.js";
import type { StoreLocation } from "./store-location.js";

/** Opens the stores of one kind of place. */
export interface Opener<L extends StoreLocation = StoreLocation> {
  /** The location that a path or URL stands for, where it is one of this opener's. */
  parse?(text: string): L | undefined;
  /** Throws StoreError where there is no store, saying what was found. */
  open(location: L, access: StoreAccess): Promise<OpenStore>;
  /** The file that lies there, to be read by ranges; undefined where there is no file. Throws StoreError where it cannot be read. */
  openFile?(location: L, access: StoreAccess): Promise<OpenFile | undefined>;
  /** Whether a look at a file costs requests: then one is taken only where a name suggests it, or there is no store. */
  readonly isRemote?: boolean;
}

/** A store within one file, wherever that lies. */
export interface FileLocation extends StoreLocation {
  readonly file: StoreLocation;
}

/** Opens files of one format as stores. */
export interface FileOpener<L extends FileLocation = FileLocation> {
  /** As in "a file of HDF5". */
  readonly called: string;
  /** Names that such files usually have. */
  readonly names: RegExp;
  /** Whether a file is of this format, by its first bytes. */
  recognises(file: RangeReader): Promise<boolean>;
  /** The store in a file, which it closes when it is closed itself. */
  open(file: OpenFile, location: L, access: StoreAccess): Promise<OpenStore>;
}

const openers = new Map<string, Opener>();
const fileOpeners = new Map<string, FileOpener>();

/** From here on `openLocation` knows these openers, by name. Each thread and page registers its own; of two of a name the later one counts. */
export function registerOpeners(more: Readonly<Record<string, Opener>>): void {
  for (const [name, opener] of Object.entries(more)) openers.set(name, opener);
}

/** The same for formats of files, by the name that their locations have as `opener`. */
export function registerFileOpeners(more: Readonly<Record<string, FileOpener>>): void {
  for (const [name, opener] of Object.entries(more)) fileOpeners.set(name, opener);
}

/**
 * Opens the store at a location, or at a path or URL, which is a location of the opener that takes it; those registered last are asked
 * first. A file whose first bytes are of a format that is registered is opened so, whatever its name.
 *
 * Throws StoreError where no opener of this thread or page takes it, and what the opener throws.
 */
export async function openLocation<L extends StoreLocation>(
  location: L | string,
  access: StoreAccess = {},
): Promise<OpenStore> {
  const place = typeof location === "string" ? parseText(location) : location;
  if (place && fileOpeners.has(place.opener)) return openInFile(place as unknown as FileLocation, access);
  const opener = place && openers.get(place.opener);
  if (!opener) throw notTaken(location);
  const mayBeFile = fileOpeners.size > 0 && opener.openFile !== undefined;
  const looksFirst = mayBeFile && (!opener.isRemote || formatByName(place) !== undefined);
  const inFile = looksFirst ? await openByContent(opener, place, access) : undefined;
  if (inFile) return inFile;
  try {
    return await opener.open(place, access);
  } catch (error) {
    if (!mayBeFile || !isNoStore(error)) throw error;
    const found = looksFirst ? undefined : await openByContent(opener, place, access).catch(() => undefined);
    if (found) return found;
    throw withFormats(error, place);
  }
}

/**
 * Opens one file by ranges at a location, or at a path or URL. Throws StoreError where there is none, or no opener of this thread or page
 * takes it.
 */
export async function openFile(
  location: StoreLocation | string,
  access: StoreAccess = {},
): Promise<OpenFile> {
  const place = typeof location === "string" ? parseText(location) : location;
  const opener = place && openers.get(place.opener);
  if (!place || !opener?.openFile) throw notTaken(location);
  const file = await opener.openFile(place, access);
  if (file) return file;
  throw new StoreError({
    path: nameOf(location),
    found: "no file",
    expected: "one file",
    remedy: "Check the path.",
  });
}

async function openInFile(location: FileLocation, access: StoreAccess): Promise<OpenStore> {
  const opener = fileOpeners.get(location.opener) as FileOpener;
  const file = await openFile(location.file, access);
  return closingOnError(file, () => opener.open(file, location, access));
}

/** The store in a file of a format that is registered; undefined for anything else. */
async function openByContent(
  opener: Opener,
  place: StoreLocation,
  access: StoreAccess,
): Promise<OpenStore | undefined> {
  const file = await opener.openFile?.(place, access);
  if (!file) return undefined;
  return closingOnError(file, async () => {
    for (const [name, format] of fileOpeners) {
      if (await format.recognises(file)) return format.open(file, { opener: name, file: place }, access);
    }
    await file.close();
    return undefined;
  });
}

async function closingOnError<T>(file: OpenFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The format whose files usually have such a name. */
function formatByName(place: StoreLocation): FileOpener | undefined {
  const { url, key, path, name } = place as unknown as Readonly<Record<string, string | undefined>>;
  const text = key ?? path ?? name ?? (url !== undefined && URL.canParse(url) ? new URL(url).pathname : "");
  return [...fileOpeners.values()].find(({ names }) => names.test(text));
}

/** Says that something was taken for a file of a format by its name, and was none. */
function withFormats(error: StoreError, place: StoreLocation): StoreError {
  const format = formatByName(place);
  if (!format) return error;
  return new StoreError({
    path: error.path,
    found: `${error.found}, and no file of ${format.called}`,
    expected: `${error.expected}, or a file of ${format.called}`,
    remedy:
      error.found === NO_FILE
        ? NO_FILE_REMEDY
        : "Check the address; if the file is there, it is damaged or incomplete: copy it again.",
    cause: error,
  });
}

/** Whether something was found that is not a store, rather than nothing, or no permission. */
function isNoStore(error: unknown): error is StoreError {
  return (
    isFlashdeconvError(error) && error.tag === "StoreError" && (error as StoreError).status === undefined
  );
}

function notTaken(location: StoreLocation | string): StoreError {
  return new StoreError({
    path: nameOf(location),
    found: "a location that nothing here opens",
    expected: `one of the openers that are registered here (${[...openers.keys()].join(", ") || "none"})`,
    remedy: "Check the address, or register its opener with registerOpeners.",
  });
}

function nameOf(location: StoreLocation | string): string {
  return typeof location === "string" ? redactUrl(location) : location.opener;
}

function parseText(text: string): StoreLocation | undefined {
  for (const opener of [...openers.values()].reverse()) {
    const location = opener.parse?.(text);
    if (location) return location;
  }
  return undefined;
}
