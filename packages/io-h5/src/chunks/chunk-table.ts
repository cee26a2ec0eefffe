import { numbered } from "@flashdeconv/core/internal";
import { cursorOf, NOWHERE } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import { readRecords } from "../groups/btree-v2.js";
import type { ChunkedLayout } from "../objects/layout.js";
import { type ArrayEntry, readExtensibleArray, readFixedArray } from "./array-indexes.js";
import { type FindChunks, treeFinder } from "./btree-v1.js";
import { type ChunkIndex, chunksOf, indexOf, type StoredChunk } from "./chunk-index.js";
import { type Grid, numberAt } from "./grid.js";

/** Finds the chunks of a dataset. */
export interface ChunkTable {
  readonly find: FindChunks;
  /** The index of all chunks, read to its end. */
  all(signal?: AbortSignal): Promise<ChunkIndex>;
  /** The same where it has been read, or was given. */
  readonly known: ChunkIndex | undefined;
}

/** @param given the index, where somebody has read it before */
export function chunkTable(
  bytes: FileBytes,
  layout: ChunkedLayout,
  grid: Grid,
  given: ChunkIndex | undefined,
): ChunkTable {
  let known = given;
  let reading: Promise<ChunkIndex> | undefined;
  const partly = layout.index.kind === "tree" ? treeFinder(bytes, layout.address, grid) : undefined;
  const isEmpty = layout.address === NOWHERE;

  const readAll = async (signal?: AbortSignal) => {
    const chunks = isEmpty
      ? []
      : partly
        ? await partly(0, Number.POSITIVE_INFINITY, signal)
        : await readChunks(bytes, layout, grid);
    known = indexOf(chunks, grid.chunkCount);
    return known;
  };
  const all = async (signal?: AbortSignal): Promise<ChunkIndex> => {
    if (known) return known;
    reading ??= readAll(signal);
    try {
      return await reading;
    } catch (error) {
      reading = undefined;
      throw error;
    }
  };
  return {
    all,
    get known() {
      return known;
    },
    async find(first, last, signal) {
      if (!known && partly && !isEmpty) return partly(first, last, signal);
      return chunksOf(await all(signal), first, last);
    },
  };
}

async function readChunks(bytes: FileBytes, layout: ChunkedLayout, grid: Grid): Promise<StoredChunk[]> {
  const { address, index } = layout;
  const { chunkBytes, mostCounts, chunkCount } = grid;
  switch (index.kind) {
    case "single":
      return chunkCount === 0
        ? []
        : [{ number: 0, address, size: index.size ?? chunkBytes, mask: index.mask }];
    case "implicit":
      return implicitChunks(bytes, address, grid);
    case "fixed":
      return numberedChunks(await readFixedArray(bytes, address, chunkBytes), mostCounts, grid);
    case "extensible": {
      // Places count along the axis without a limit last.
      const unlimited = mostCounts.indexOf(Number.POSITIVE_INFINITY);
      const entries = await readExtensibleArray(bytes, address, chunkBytes);
      return numberedChunks(entries, mostCounts, grid, Math.max(0, unlimited));
    }
    default:
      return treeChunks(bytes, address, grid);
  }
}

/** Chunks that lie one after the other. */
function implicitChunks(bytes: FileBytes, address: number, grid: Grid): StoredChunk[] {
  const { chunkBytes, mostCounts, chunkCount } = grid;
  if (chunkCount > bytes.size / chunkBytes)
    throw new Error(`${numbered(chunkCount, "chunk")} of ${numbered(chunkBytes, "byte")}`);
  const most = mostCounts.reduce((product, count) => product * count, 1);
  if (most > bytes.size / chunkBytes)
    throw new Error(`${numbered(most, "chunk")} of ${numbered(chunkBytes, "byte")}`);
  const entries = Array.from({ length: most }, (_, place) => ({
    place,
    address: address + place * chunkBytes,
    size: chunkBytes,
    mask: 0,
  }));
  return numberedChunks(entries, mostCounts, grid);
}

/** Chunks by number, of entries by place: places count to what the dataset may grow to, `slowest` being the axis that counts last. */
function numberedChunks(
  entries: readonly ArrayEntry[],
  mostCounts: readonly number[],
  { counts }: Grid,
  slowest = 0,
): StoredChunk[] {
  const axes = [slowest, ...counts.keys()].filter((axis, i) => i === 0 || axis !== slowest);
  const chunks: StoredChunk[] = [];
  const places = new Array<number>(counts.length);
  for (const { place, ...chunk } of entries) {
    let rest = place;
    for (const axis of axes.slice(1).reverse()) {
      places[axis] = rest % mostCounts[axis];
      rest = Math.floor(rest / mostCounts[axis]);
    }
    places[slowest] = rest;
    const number = numberAt(counts, places);
    if (number >= 0) chunks.push({ ...chunk, number });
  }
  return chunks;
}

const [PLAIN_CHUNKS, FILTERED_CHUNKS] = [10, 11];

async function treeChunks(
  bytes: FileBytes,
  address: number,
  { counts, chunkBytes }: Grid,
): Promise<StoredChunk[]> {
  const { widths } = bytes;
  const placeBytes = 8 * counts.length;
  const chunks: StoredChunk[] = [];
  for (const record of await readRecords(bytes, address, [PLAIN_CHUNKS, FILTERED_CHUNKS])) {
    const cursor = cursorOf(record, widths);
    const at = cursor.address();
    const isFiltered = record.length > widths.address + placeBytes;
    const size = isFiltered ? cursor.uint(record.length - widths.address - 4 - placeBytes) : chunkBytes;
    const mask = isFiltered ? cursor.u32() : 0;
    const number = numberAt(
      counts,
      counts.map(() => cursor.uint(8)),
    );
    if (number >= 0) chunks.push({ number, address: at, size, mask });
  }
  return chunks;
}
