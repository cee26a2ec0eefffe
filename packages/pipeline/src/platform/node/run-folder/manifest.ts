import { type FileHandle, open, readFile } from "node:fs/promises";

/** What a run is about: two runs whose headers are equal resume from each other's pieces. */
export interface RunHeader {
  /** The layout of the folder. */
  readonly version: number;
  /** Tells this run's scratch from that of others. */
  readonly id: string;
  readonly began: string;
  /** Named facts: options, versions, what identifies the inputs. */
  readonly facts: Readonly<Record<string, string>>;
  /** What a run that is resumed should do alike, though no result depends on it. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A line about a piece. The last line of a name holds. */
export interface PieceEntry {
  readonly piece: string;
  /** File of the arrays; undefined where there are none. */
  readonly file?: string;
  readonly bytes?: number;
  /** Of the whole file. */
  readonly checksum?: number;
  /** The piece's facts, where it has no file. */
  readonly facts?: unknown;
}

/** What a manifest says. */
export interface ManifestContent {
  readonly header: RunHeader;
  readonly entries: ReadonlyMap<string, PieceEntry>;
  /** Whether the run had ended and was about to remove its folder. */
  readonly isDone: boolean;
  /** Bytes of whole lines; a torn one may follow. */
  readonly length: number;
}

export const LAYOUT_VERSION = 1;
/** Its name in the folder of a run. */
export const MANIFEST = "manifest.jsonl";
/** The piece of a plan. */
export const PLAN = "plan";
const DONE = "{}";

/** Reads a manifest; undefined where there is none, or one without a whole header. */
export async function readManifest(path: string): Promise<ManifestContent | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  let header: RunHeader | undefined;
  let isDone = false;
  let length = 0;
  const entries = new Map<string, PieceEntry>();
  const lines = text.split("\n");
  for (const line of lines.slice(0, -1)) {
    const said = parse(line);
    // Nothing after a torn line can be trusted to be what it seems.
    if (said === undefined) break;
    if (header === undefined) header = said as RunHeader;
    else if (line === DONE) isDone = true;
    else entries.set((said as PieceEntry).piece, said as PieceEntry);
    length += Buffer.byteLength(line) + 1;
  }
  if (header?.version !== LAYOUT_VERSION) return undefined;
  return { header, entries, isDone, length };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A manifest that lines are added to. */
export interface Manifest {
  /** Adds a line; it is on the disk when this resolves. */
  add(entry: PieceEntry): Promise<void>;
  addDone(): Promise<void>;
  close(): Promise<void>;
}

/** Begins a manifest with a header, or, without one, continues after the first `length` bytes of one that is there. */
export async function openManifest(
  path: string,
  start: { readonly header: RunHeader } | { readonly length: number },
): Promise<Manifest> {
  const handle = await open(path, "header" in start ? "w" : "r+");
  let at = 0;
  const append = async (line: string, isUrgent: boolean) => {
    const bytes = Buffer.from(`${line}\n`);
    await writeAll(handle, bytes, at);
    if (isUrgent) await handle.datasync();
    at += bytes.length;
  };
  // The header needs to last no longer than the first entry, with which it is synced.
  if ("header" in start) await append(JSON.stringify(start.header), false);
  else {
    at = start.length;
    await handle.truncate(at);
  }
  return {
    add: (entry) => append(JSON.stringify(entry), true),
    addDone: () => append(DONE, true),
    close: () => handle.close(),
  };
}

/** Writes all bytes at a place of a file. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
