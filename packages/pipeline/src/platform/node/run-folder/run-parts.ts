import { StoreError } from "@flashdeconv/core";
import type { Checkpoint, Piece } from "../../../contracts/checkpoint.js";
import type { RunReach } from "./bucket-place.js";
import { PLAN, type RunHeader } from "./manifest.js";
import { openRunPlace, readManifest } from "./open-place.js";
import { listParts, readPart, writePart } from "./part-files.js";
import { readPiece } from "./piece-file.js";
import { attempt, PARTS, type RunPlace } from "./run-place.js";

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
export async function openRunParts(path: string, reach?: RunReach): Promise<RunParts> {
  const place = await openRunPlace(path, reach);
  const left = await readManifest(place);
  if (!left) {
    throw new StoreError({
      path,
      found: "no run",
      expected: "the folder of a run",
      remedy: "Name the folder that the run was planned with.",
    });
  }
  const { header, entries, isDone } = left;
  const parts = new Set(await attempt(place, () => listParts(place)));
  return {
    facts: header.facts,
    settings: header.settings,
    plan: entries.get(PLAN)?.facts,
    isDone,
    names: () => (isDone ? [] : [...new Set([...entries.keys(), ...parts])]),
    async load(name, allocate) {
      const { file, bytes, checksum, facts } = entries.get(name) ?? {};
      if (file !== undefined && bytes !== undefined && checksum !== undefined) {
        return attempt(place, async () => readPiece(await place.open(file), { bytes, checksum }, allocate));
      }
      if (entries.has(name)) return { facts, arrays: {} };
      return parts.has(name) ? attempt(place, () => readPart(place, name, header, allocate)) : undefined;
    },
    write: (name, part) =>
      attempt(place, async () => {
        await place.removeDrafts(`${PARTS}/${name.split("/")[0]}`);
        await requireSame(place, header);
        await writePart(place, name, header, part);
      }),
  };
}

/** Somebody may have begun another run there since. */
async function requireSame(place: RunPlace, { id, began }: RunHeader): Promise<void> {
  const now = await readManifest(place);
  if (now?.header.id === id && !now.isDone) return;
  throw new StoreError({
    path: place.path,
    found: now
      ? `a run that was started at ${now.header.began}${now.isDone ? ", and is over" : ""}`
      : "no run",
    expected: `the run that was started at ${began}`,
    remedy: "What was made here is of no use to it; begin again.",
  });
}
