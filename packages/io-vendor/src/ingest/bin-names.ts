import type { NameChunk } from "@flashdeconv/core";
import { SIDE, type StripBins } from "./bin-map.js";

const UNDERSCORE = 0x5f;
/** Two numbers of at most seven digits, and what is between them. */
const MOST_BYTES = 15;

/** Names of bins, `x_y` of their first corners, strip by strip: millions of them are never there at once. */
export async function* nameBins(strips: readonly StripBins[], edge: number): AsyncIterable<NameChunk> {
  for (const { top, bins, spotStart } of strips) {
    const offsets = new Int32Array(bins.length + 1);
    const bytes = new Uint8Array(MOST_BYTES * bins.length);
    let at = 0;
    bins.forEach((bin, i) => {
      at = putNumber(bytes, at, (bin & (SIDE - 1)) * edge);
      bytes[at++] = UNDERSCORE;
      at = putNumber(bytes, at, (top + (bin >>> 22)) * edge);
      offsets[i + 1] = at;
    });
    yield { start: spotStart, count: bins.length, offsets, bytes: bytes.subarray(0, at) };
  }
}

function putNumber(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  for (let i = digits - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 10))
    bytes[at + i] = 0x30 + (rest % 10);
  return at + digits;
}
