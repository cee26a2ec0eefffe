import { FormatError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";

/*
 * How much of what metadata tell of is held. Bytes of stores come through `readKey`, chunks through the `unpack` of stores; each
 * of them is told how much may come, by what metadata say and by the memory of the run.
 */

/** A chunk may take this share of the memory: a few are there at a time. */
const CHUNK_SHARE = 1 / 4;
/** Arrays, objects and values in a metadata document, and how deep they lie in each other. */
export const MOST_DOCUMENT_VALUES = 2 ** 21;
export const MOST_DOCUMENT_DEPTH = 64;

/** A string and the place in a list that refers to it, beside its characters. */
export const STRING_BYTES = 64;

/** Other codecs may come after the one that unpacks, and what they take may be somewhat larger than the chunk. */
const MOST_EXPANSION = 2;
const LEAST_CHUNK = 2 ** 20;
/** Names and labels are short: so many bytes of each in a chunk, on average, or so many of a chunk in all. */
const MOST_TEXT = 512;
const LEAST_TEXT_CHUNK = 2 ** 22;

/** What decides how large a chunk may be. */
export interface ChunkFacts {
  readonly itemCount: number;
  /** Bytes of a decoded item; undefined for strings of any length. */
  readonly itemBytes: number | undefined;
  /** What may be taken for one thing. */
  readonly mostBytes: number;
}

/** Most bytes of a chunk, stored or at any step of its decoding. What is more is damage, or made to fill the memory. */
export function mostChunkBytes({ itemCount, itemBytes, mostBytes }: ChunkFacts): number {
  if (itemBytes !== undefined) return Math.max(LEAST_CHUNK, MOST_EXPANSION * itemCount * itemBytes);
  return Math.max(LEAST_TEXT_CHUNK, Math.min(CHUNK_SHARE * mostBytes, (4 + MOST_TEXT) * itemCount));
}

/** Throws FormatError where a decoded chunk would take more than its share of the memory. */
export function requireChunkRoom(path: string, bytes: number, mostBytes: number, what: string): void {
  requireRoom(path, bytes, CHUNK_SHARE * mostBytes, what);
}

/** Throws FormatError where something that metadata tell of would take more memory than there is for it. */
export function requireRoom(path: string, bytes: number, mostBytes: number, what: string): void {
  if (bytes <= mostBytes) return;
  throw new FormatError({
    path,
    found: `${what}, for which ${mebibytes(bytes)} of memory are needed`,
    expected: `at most ${mebibytes(mostBytes)}`,
    remedy: `If that is right, allow more memory (${optionName("maxMemory")}); else the store is damaged.`,
  });
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString("en-US")} MiB`;
}
