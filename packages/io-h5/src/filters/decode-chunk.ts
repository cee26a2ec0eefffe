import { numbered } from "@flashdeconv/core/internal";
import { type UnpackingCodec, unpack } from "@flashdeconv/stores/internal";
import { unsupported } from "../bytes/errors.js";
import { chunkInflater, type InflateChunk } from "../inflate-chunk.js";
import type { Filter } from "../objects/filters.js";
import { withoutFletcher32 } from "./fletcher32.js";
import { unpackLzf } from "./lzf.js";
import { type ItemRun, unshuffle, unshuffleAll } from "./shuffle.js";

const [DEFLATE, SHUFFLE, FLETCHER32, LZF, BLOSC, ZSTD] = [1, 2, 3, 32000, 32001, 32015];

/** Filters that are undone here, by number, under names as Zarr has them. */
const NAMES: Readonly<Record<number, string>> = {
  [DEFLATE]: "zlib",
  [SHUFFLE]: "shuffle",
  [FLETCHER32]: "fletcher32",
  [LZF]: "lzf",
  [BLOSC]: "blosc",
  [ZSTD]: "zstd",
};

const UNPACKING: Readonly<Record<number, UnpackingCodec>> = {
  [DEFLATE]: "zlib",
  [BLOSC]: "blosc",
  [ZSTD]: "zstd",
};

/** Filters that are known and not undone. */
const REFUSED: Readonly<Record<number, string>> = {
  4: "szip",
  5: "n-bit",
  6: "scale-offset",
  32004: "lz4",
  32008: "bitshuffle",
};

/** Names of filters in the order in which they were applied. Throws FormatError for one that cannot be undone. */
export function filterNames(path: string, filters: readonly Filter[]): string[] {
  return filters.map(({ id, name }) => {
    const known = NAMES[id];
    if (known) return known;
    const found = REFUSED[id] ?? (name === "" ? `number ${id}` : `number ${id} (${name.slice(0, 80)})`);
    throw unsupported(
      path,
      `values stored by the filter ${found}`,
      `filters among ${Object.values(NAMES).join(", ")}`,
    );
  });
}

/** A chunk whose filters are undone, but for a shuffle that comes last: it is undone while items are copied. */
export interface DecodedChunk {
  readonly bytes: Uint8Array;
  readonly isShuffled: boolean;
  /** Whether the bytes hold only until another chunk is decoded. */
  readonly isLent: boolean;
}

/** What is known of a dataset's chunks. */
export interface ChunkFacts {
  readonly filters: readonly Filter[];
  readonly itemBytes: number;
  /** Bytes that have to come out. */
  readonly chunkBytes: number;
}

/**
 * Undoes the filters of a chunk, from the last to the first, but for those of the mask: at once where that can be. Throws an Error for damaged
 * bytes.
 */
export function decodeChunk(
  stored: Uint8Array,
  mask: number,
  facts: ChunkFacts,
): DecodedChunk | Promise<DecodedChunk> {
  const { filters, itemBytes, chunkBytes } = facts;
  const applied = filters.filter((_, i) => i > 31 || (mask & (1 << i)) === 0);
  const sizes = { most: chunkBytes + 4 * filters.length, expected: chunkBytes };
  const undo = (given: Uint8Array, last: number, wasLent: boolean): DecodedChunk | Promise<DecodedChunk> => {
    let [bytes, isLent, isShuffled] = [given, wasLent, false];
    for (let i = last; i >= 0; i--) {
      const { id, parameters } = applied[i];
      const codec = UNPACKING[id];
      if (codec) {
        const unpacked = codec === "zlib" ? inflate(bytes, sizes) : unpack(codec, bytes, sizes);
        if (unpacked instanceof Promise) return unpacked.then((own) => undo(own, i - 1, false));
        [bytes, isLent] = [unpacked, true];
      } else if (id === LZF) {
        [bytes, isLent] = [unpackLzf(bytes, lzfBytes(parameters, chunkBytes, sizes.most)), false];
      } else if (id === FLETCHER32) {
        bytes = withoutFletcher32(bytes);
      } else if (id === SHUFFLE && parameters[0] > 1) {
        isShuffled = i === 0 && parameters[0] === itemBytes && bytes.length === chunkBytes;
        if (!isShuffled) bytes = unshuffleAll(bytes, parameters[0]);
      }
    }
    if (bytes.length !== chunkBytes)
      throw new Error(`${numbered(bytes.length, "byte")} of a chunk of ${chunkBytes}`);
    return { bytes, isShuffled, isLent };
  };
  return undo(stored, applied.length - 1, false);
}

let inflater: InflateChunk | undefined;

const inflate: InflateChunk = (packed, sizes) => {
  inflater ??= chunkInflater();
  return inflater(packed, sizes);
};

/** The same chunk to keep. */
export function ownChunk(chunk: DecodedChunk): DecodedChunk {
  return chunk.isLent ? { ...chunk, bytes: chunk.bytes.slice(), isLent: false } : chunk;
}

/** h5py notes how many bytes come out; other filters after it may have made them more than the chunk's. */
function lzfBytes(parameters: readonly number[], chunkBytes: number, most: number): number {
  const noted = parameters[2] ?? 0;
  return noted > 0 && noted <= most ? noted : chunkBytes;
}

/** Copies a run of a chunk's items. */
export function copyItems(
  { bytes, isShuffled }: DecodedChunk,
  itemBytes: number,
  run: ItemRun,
  out: Uint8Array,
): void {
  if (isShuffled) unshuffle(bytes, itemBytes, run, out);
  else out.set(bytes.subarray(run.from * itemBytes, run.to * itemBytes), run.at * itemBytes);
}
