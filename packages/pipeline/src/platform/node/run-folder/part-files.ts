import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import { type Allocate, optionName } from "@flashdeconv/core/internal";
import { isAbandoned, makeFolders, ownerTag } from "@flashdeconv/stores/node/internal";
import type { Piece } from "../../../contracts/checkpoint.js";
import type { RunHeader } from "./manifest.js";
import { readPiece, readSeal, writePiece } from "./piece-file.js";
import { syncFolder } from "./piece-keeper.js";

/** The folder, in that of the run, of the pieces that other processes make: a file each, which no manifest knows. */
export const PARTS = "parts";

/** The run that a part was made for. */
type Origin = Pick<RunHeader, "id" | "began">;

/** Parts of a pass over the section: `summarize/0-4096`. */
const DRAFT_NAME = /^\d+-\d+\.(.+)\.draft$/;
const PART_NAME = /^\w+\/\d+-\d+$/;
const SUFFIX = ".piece";
const DRAFT = ".draft";

/** Names of the parts there are; none has been read yet. */
export async function listParts(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const pass of await namesIn(join(folder, PARTS))) {
    for (const file of await namesIn(join(folder, PARTS, pass))) {
      const name = `${pass}/${file.slice(0, -SUFFIX.length)}`;
      if (file.endsWith(SUFFIX) && PART_NAME.test(name)) names.push(name);
    }
  }
  return names;
}

/**
 * Reads a part; undefined where it is not there, or not whole.
 *
 * @throws StoreError for a part of another run
 */
export async function readPart(
  folder: string,
  name: string,
  run: Origin,
  allocate?: Allocate,
): Promise<Piece | undefined> {
  const path = partPath(folder, name);
  const seal = await readSeal(path);
  const piece = seal && (await readPiece(path, seal, allocate));
  if (!piece) return undefined;
  const { id, began } = (piece.origin ?? {}) as Partial<Origin>;
  if (id === run.id) return piece;
  throw new StoreError({
    path,
    found: `a part of another run${began === undefined ? "" : `, which was started at ${began}`}`,
    expected: `one of the run that was started at ${run.began}`,
    remedy: `Delete it, or start over with ${optionName("restart")}.`,
  });
}

/** Writes a part under its name at once: others see all of it or nothing. Any number of processes may do so together. */
export async function writePart(folder: string, name: string, run: Origin, piece: Piece): Promise<void> {
  const path = partPath(folder, name);
  await makeFolders(dirname(path));
  const draft = `${path.slice(0, -SUFFIX.length)}.${ownerTag()}${DRAFT}`;
  try {
    const origin: Origin = { id: run.id, began: run.began };
    const options = { check: () => {}, draft, isSealed: true };
    await (await writePiece(path, { ...piece, origin }, options)).finish(false);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(join(path, ".."));
}

/** Removes what killed processes of this machine had begun to write of a pass. */
export async function removeDrafts(folder: string, pass: string): Promise<void> {
  for (const file of await namesIn(join(folder, PARTS, pass))) {
    const [, tag] = DRAFT_NAME.exec(file) ?? [];
    if (tag !== undefined && isAbandoned(tag)) await rm(join(folder, PARTS, pass, file), { force: true });
  }
}

function partPath(folder: string, name: string): string {
  return join(folder, PARTS, `${name}${SUFFIX}`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
