import { StoreError } from "@flashdeconv/core";
import { type Allocate, optionName } from "@flashdeconv/core/internal";
import type { Piece } from "../../../contracts/checkpoint.js";
import type { RunHeader } from "./manifest.js";
import { readPiece, writePiece } from "./piece-file.js";
import { PARTS, type RunPlace } from "./run-place.js";

/** The run that a part was made for. */
type Origin = Pick<RunHeader, "id" | "began">;

const SUFFIX = ".piece";
/** Parts of a pass over the section: `summarize/0-4096`. */
const PART_NAME = /^\w{1,32}\/\d{1,10}-\d{1,10}$/;
const RANGE_AT_END = /(^|\/)\w{1,32}\/\d{1,10}-\d{1,10}$/;

/** Whether a piece is a range of a pass, over a section or one of several. */
export function isOfRange(name: string): boolean {
  return RANGE_AT_END.test(name);
}

/** Names of the parts there are; none has been read yet. */
export async function listParts(place: RunPlace): Promise<string[]> {
  const files = (await place.namesBelow(PARTS)).filter((file) => file.endsWith(SUFFIX));
  return files
    .map((file) => file.slice(PARTS.length + 1, -SUFFIX.length))
    .filter((name) => PART_NAME.test(name));
}

/**
 * Reads a part; undefined where it is not there, or not whole.
 *
 * @throws StoreError for a part of another run
 */
export async function readPart(
  place: RunPlace,
  name: string,
  run: Origin,
  allocate?: Allocate,
): Promise<Piece | undefined> {
  const file = fileOf(name);
  const piece = await readPiece(await place.open(file), undefined, allocate);
  if (!piece) return undefined;
  const { id, began } = (piece.origin ?? {}) as Partial<Origin>;
  if (id === run.id) return piece;
  throw new StoreError({
    path: place.pathOf(file),
    found: `a part of another run${began === undefined ? "" : `, which was started at ${began}`}`,
    expected: `one of the run that was started at ${run.began}`,
    remedy: `Delete it, or start over with ${optionName("restart")}.`,
  });
}

/** Writes a part under its name at once: others see all of it or nothing. Any number of processes may do so together. */
export async function writePart(place: RunPlace, name: string, run: Origin, piece: Piece): Promise<void> {
  const origin: Origin = { id: run.id, began: run.began };
  const options = { check: () => {}, isSealed: true };
  const written = await writePiece(await place.draft(fileOf(name)), { ...piece, origin }, options);
  await written.finish(false);
}

function fileOf(name: string): string {
  return `${PARTS}/${name}${SUFFIX}`;
}
