import { STRING_BYTES } from "../bounds.js";
import { packFixed } from "../codecs/pack-fixed.js";
import { concatPacked, type PackedStrings, slicePacked, unpackStrings } from "../codecs/vlen-utf8.js";
import { notNumbers } from "./copy-numbers.js";
import { requireItemRoom } from "./open-vector.js";
import { vectorCursor } from "./vector-cursor.js";
import type { DecodedChunk, ZarrArray } from "./zarr-array.js";

/** All strings of a one-dimensional string array. */
export async function readStrings(array: ZarrArray, signal?: AbortSignal): Promise<string[]> {
  requireItemRoom(array, STRING_BYTES);
  const strings: string[] = [];
  await vectorCursor(array, "refuse", signal).read(0, array.metadata.shape[0], ({ data, from, to }) => {
    for (const text of unpackStrings(packPiece(array, data, from, to))) strings.push(text);
  });
  return strings;
}

/** Reads strings `start .. end` of an array, packed; a cursor of strings that keeps the chunk two runs share. */
export function packedCursor(array: ZarrArray, signal?: AbortSignal) {
  const cursor = vectorCursor(array, "refuse", signal);
  return async (start: number, end: number): Promise<PackedStrings> => {
    const parts: PackedStrings[] = [];
    await cursor.read(start, end, ({ data, from, to }) => parts.push(packPiece(array, data, from, to)));
    return concatPacked(parts);
  };
}

export function packPiece(
  array: ZarrArray,
  data: DecodedChunk["data"] | undefined,
  from: number,
  to: number,
): PackedStrings {
  if (data !== undefined && "offsets" in data) return slicePacked(data, from, to);
  if (data === undefined || !("chars" in data)) throw notNumbers(array);
  return packFixed(data, from, to, array.path);
}
