import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FoundInput, fileSpool } from "@flashdeconv/io-vendor/node";
import type { LeftFolder } from "@flashdeconv/stores/node/internal";

/** What `fileSpool` has put aside. */
export type PutAside = NonNullable<NonNullable<Parameters<typeof fileSpool>[1]>["finished"]>;

/** How far an input has been put in order, kept beside its temporary files for the run after one that was killed. */
export interface InputJournal {
  /** Which input, and how it is read. */
  readonly key: string;
  readonly putAside?: PutAside;
  /** Whether the store is there. */
  readonly isOrdered?: boolean;
}

const JOURNAL = "journal.json";
/** Changes with how temporary files are laid out. */
const LAYOUT = 1;
/** What was left of other inputs is kept this long: several may be put in order by one command. */
const MOST_KEPT_MS = 24 * 60 * 60 * 1000;

/** Tells an input and its present content from any other; undefined where that cannot be told. */
export async function inputKey({ files, called }: FoundInput): Promise<string | undefined> {
  if (!files) return undefined;
  const facts = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return [file, size, mtimeMs];
    }),
  );
  return JSON.stringify([LAYOUT, called, facts]);
}

/** What is written of a folder; undefined where that is nothing, or damaged. */
export async function readJournal(folder: string): Promise<InputJournal | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, JOURNAL), "utf8"));
  } catch {
    return undefined;
  }
}

/** Written at once: a run that is killed leaves the former one. */
export async function writeJournal(folder: string, journal: InputJournal): Promise<void> {
  const draft = join(folder, `${JOURNAL}.draft`);
  await writeFile(draft, JSON.stringify(journal));
  await rename(draft, join(folder, JOURNAL));
}

/** What becomes of a folder that a killed run has left, for a run that puts the input of `key` in order. */
export async function judgeFolder(folder: string, key: string | undefined): Promise<LeftFolder> {
  const journal = await readJournal(folder);
  if (!journal) return "remove";
  if (journal.key === key) return "take";
  const { mtimeMs } = await stat(folder);
  return Date.now() - mtimeMs < MOST_KEPT_MS ? "keep" : "remove";
}
