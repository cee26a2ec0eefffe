import type { NameChunk, StreamOptions } from "@flashdeconv/core";
import { resolveSpotRange } from "@flashdeconv/core/internal";

/** Names per chunk. */
const NAMES_PER_CHUNK = 65_536;

/** Names such as `gene_0042`, all of one length, so that their code-point order is that of the numbers. */
export function numberedNames(prefix: string, count: number): string[] {
  const digits = String(count - 1).length;
  return Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(digits, "0")}`);
}

/** The same names as bytes, a chunk at a time. `prefix` must be ASCII. */
export async function* numberedNameChunks(
  prefix: string,
  count: number,
  { spotRange, signal }: StreamOptions = {},
): AsyncGenerator<NameChunk, void, undefined> {
  const { start, end } = resolveSpotRange(count, spotRange);
  const digits = String(count - 1).length;
  const length = prefix.length + digits;
  for (let from = start; from < end; from += NAMES_PER_CHUNK) {
    signal?.throwIfAborted();
    const chunkCount = Math.min(NAMES_PER_CHUNK, end - from);
    const offsets = Int32Array.from({ length: chunkCount + 1 }, (_, i) => i * length);
    const bytes = new Uint8Array(chunkCount * length);
    for (let i = 0; i < chunkCount; i++) {
      const at = i * length;
      for (let j = 0; j < prefix.length; j++) bytes[at + j] = prefix.charCodeAt(j);
      let rest = from + i;
      for (let j = length - 1; j >= prefix.length; j--) {
        bytes[at + j] = 48 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
    }
    yield { start: from, count: chunkCount, offsets, bytes };
  }
}
