import type { NameChunk, Notice } from "@flashdeconv/core";
import { lowerBound, numbered } from "@flashdeconv/core/internal";
import { requireRoom } from "../bounds.js";
import type { NameSource } from "./name-source.js";

/** Names that several rows have are held as text, so many of them: what is counted then is exact, and beyond it "at least". */
const MOST_HELD = 2 ** 18;
const HASH_BYTES = 8;

export interface NotingOptions {
  readonly signal?: AbortSignal;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * Passes all names on, and tells at the end how many rows repeat the name of an earlier one. Of each name a hash of 53 bits is kept, 8 bytes
 * a row; only where two are alike the names are read again and compared themselves.
 */
export async function* notingRepeats(
  names: NameSource,
  { signal, onNotice }: NotingOptions,
  hash = hashOf,
): AsyncGenerator<NameChunk> {
  if (!onNotice) {
    yield* names.chunks(signal);
    return;
  }
  const { path, count, mostBytes } = names;
  requireRoom(path, HASH_BYTES * count, mostBytes, numbered(count, "name"));
  const hashes = new Float64Array(count);
  for await (const chunk of names.chunks(signal)) {
    for (let i = 0; i < chunk.count; i++) hashes[chunk.start + i] = hash(chunk, i);
    yield chunk;
  }
  const suspects = keepRepeated(hashes.sort());
  if (suspects.length === 0) return;
  const found = await countRepeats(names, { suspects, hash }, signal);
  if (found.count > 0) onNotice({ code: "repeated-names", message: describe(path, count, found) });
}

interface Repeats {
  readonly count: number;
  /** Whether there are more names than are held. */
  readonly isLeast: boolean;
  readonly example: string;
}

interface Suspects {
  /** Sorted hashes of names, among them of all that are there twice. */
  readonly suspects: Float64Array;
  readonly hash: typeof hashOf;
}

async function countRepeats(
  names: NameSource,
  { suspects, hash }: Suspects,
  signal: AbortSignal | undefined,
): Promise<Repeats> {
  const decoder = new TextDecoder();
  const seen = new Set<string>();
  const found = { count: 0, isLeast: false, example: "" };
  for await (const chunk of names.chunks(signal)) {
    const { count, offsets, bytes } = chunk;
    for (let i = 0; i < count; i++) {
      const own = hash(chunk, i);
      if (suspects[lowerBound(suspects, own)] !== own) continue;
      const name = decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]));
      if (seen.has(name)) {
        if (found.count++ === 0) found.example = name;
      } else if (seen.size < MOST_HELD) seen.add(name);
      else found.isLeast = true;
    }
  }
  return found;
}

function describe(path: string, all: number, { count, isLeast, example }: Repeats): string {
  const shown = JSON.stringify(example.length > 80 ? `${example.slice(0, 80)}...` : example);
  const those = `${isLeast ? "at least " : ""}${count} of ${numbered(all, "name")}`;
  return `${path}: ${those} repeat an earlier one, ${shown} for instance. What joins a result by name cannot tell such rows apart; in Python adata.obs_names_make_unique() does.`;
}

/** Values that a sorted list has several times, each once, in place. */
function keepRepeated(sorted: Float64Array): Float64Array {
  let kept = 0;
  for (let i = 1; i < sorted.length; i++) {
    const value = sorted[i];
    if (value === sorted[i - 1] && (kept === 0 || sorted[kept - 1] !== value)) sorted[kept++] = value;
  }
  return sorted.subarray(0, kept);
}

/** A hash of 53 bits: two of 32, whose bytes go through other numbers. */
function hashOf({ offsets, bytes }: NameChunk, i: number): number {
  const end = offsets[i + 1];
  let high = 0x811c9dc5;
  let low = end - offsets[i];
  for (let at = offsets[i]; at < end; at++) {
    high = Math.imul(high ^ bytes[at], 0x01000193);
    low = Math.imul(low ^ bytes[at], 0x5bd1e995);
    low ^= low >>> 15;
  }
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}
