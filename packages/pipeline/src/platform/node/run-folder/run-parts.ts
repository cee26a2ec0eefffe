import { join, resolve } from "node:path";
import { StoreError } from "@flashdeconv/core";
import type { Checkpoint, Piece } from "../../../contracts/checkpoint.js";
import { MANIFEST, PLAN, type RunHeader, readManifest } from "./manifest.js";
import { listParts, readPart, removeDrafts, writePart } from "./part-files.js";
import { readPiece } from "./piece-file.js";
import { attempt } from "./write-error.js";

/** A run that several processes share, as one of them sees it that does parts of its passes, beside others and without a lock. */
export interface RunParts extends Pick<Checkpoint, "names" | "load"> {
  /** As in RunFolderOptions. */
  readonly facts: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly plan: unknown;
  /** Whether the run is over: then nothing is left but its plan. */
  readonly isDone: boolean;
  /** Keeps a part of a pass, such as "summarize/0-4096", for whoever opens the folder next. */
  write(name: string, part: Piece): Promise<void>;
}

/**
 * Looks into the folder of a run for what one process is to do of it.
 *
 * @throws StoreError where no run is
 */
export async function openRunParts(path: string): Promise<RunParts> {
  const folder = resolve(path);
  const left = await attempt(path, () => readManifest(join(folder, MANIFEST)));
  if (!left) {
    throw new StoreError({
      path,
      found: "no run",
      expected: "the folder of a run",
      remedy: "Name the folder that the run was planned with.",
    });
  }
  const { header, entries, isDone } = left;
  const parts = new Set(await attempt(path, () => listParts(folder)));
  return {
    facts: header.facts,
    settings: header.settings,
    plan: entries.get(PLAN)?.facts,
    isDone,
    names: () => (isDone ? [] : [...new Set([...entries.keys(), ...parts])]),
    async load(name, allocate) {
      const { file, bytes, checksum, facts } = entries.get(name) ?? {};
      if (file !== undefined && bytes !== undefined && checksum !== undefined) {
        return attempt(path, () => readPiece(join(folder, file), { bytes, checksum }, allocate));
      }
      if (entries.has(name)) return { facts, arrays: {} };
      return parts.has(name) ? attempt(path, () => readPart(folder, name, header, allocate)) : undefined;
    },
    write: (name, part) =>
      attempt(path, async () => {
        await removeDrafts(folder, name.split("/")[0]);
        await requireSame(path, join(folder, MANIFEST), header);
        await writePart(folder, name, header, part);
      }),
  };
}

/** Somebody may have begun another run there since. */
async function requireSame(path: string, manifest: string, { id, began }: RunHeader): Promise<void> {
  const now = await readManifest(manifest);
  if (now?.header.id === id && !now.isDone) return;
  throw new StoreError({
    path,
    found: now
      ? `a run that was started at ${now.header.began}${now.isDone ? ", and is over" : ""}`
      : "no run",
    expected: `the run that was started at ${began}`,
    remedy: "What was made here is of no use to it; begin again.",
  });
}
