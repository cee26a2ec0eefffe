import { type FileHandle, open } from "node:fs/promises";

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

/** What the text of a manifest says; undefined where it has no whole header. */
export function parseManifest(text: string): ManifestContent | undefined {
  let header: RunHeader | undefined;
  let isDone = false;
  let length = 0;
  const entries = new Map<string, PieceEntry>();
  for (const line of text.split("\n").slice(0, -1)) {
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

/** What a manifest begins with: a header, or what there is of it. */
export type ManifestStart = { readonly header: RunHeader } | ManifestContent;

/** A manifest in a file, which only grows. */
export async function manifestFile(path: string, start: ManifestStart): Promise<Manifest> {
  const isNew = !("length" in start);
  const handle = await open(path, isNew ? "w" : "r+");
  let at = 0;
  const append = async (line: string, isUrgent: boolean) => {
    const bytes = Buffer.from(`${line}\n`);
    await writeAll(handle, bytes, at);
    if (isUrgent) await handle.datasync();
    at += bytes.length;
  };
  // The header needs to last no longer than the first entry, with which it is synced.
  if (isNew) await append(JSON.stringify(start.header), false);
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

/** A manifest that is written whole each time, by `put`: a line for each piece. */
export async function wholeManifest(
  start: ManifestStart,
  put: (text: string) => Promise<void>,
): Promise<Manifest> {
  const header = JSON.stringify(start.header);
  const entries = new Map("entries" in start ? start.entries : []);
  const write = (more: readonly string[]) =>
    put([header, ...[...entries.values()].map((entry) => JSON.stringify(entry)), ...more, ""].join("\n"));
  // Others look for it before there is any piece.
  if (!("entries" in start)) await write([]);
  return {
    async add(entry) {
      entries.set(entry.piece, entry);
      await write([]);
    },
    addDone: () => write([DONE]),
    close: async () => undefined,
  };
}

/** Writes all bytes at a place of a file. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
