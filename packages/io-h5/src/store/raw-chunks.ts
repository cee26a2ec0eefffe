import type { FileBytes } from "../bytes/file-bytes.js";
import type { StoredChunk } from "../chunks/chunk-index.js";
import { numberAt } from "../chunks/grid.js";
import { copyItems, type DecodedChunk, ownChunk } from "../filters/decode-chunk.js";
import { unshuffleAll } from "../filters/shuffle.js";
import type { DatasetFacts, Storage } from "../tree/dataset.js";
import { type Chunked, chunkReader } from "./chunk-reader.js";

/** The items of a dataset in pieces of one shape, as they are once filters are undone. */
export interface RawChunks {
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  /**
   * Items of the piece at these places along the axes, as many as the piece has room for, in an array of their own; undefined where none
   * of them was ever written.
   */
  read(places: readonly number[], signal?: AbortSignal): Promise<Uint8Array | undefined>;
}

/** Items of a piece, about, and bytes of one, where it is put together of several chunks or cut out of a long run. */
const PIECE_ITEMS = 2 ** 18;
const PIECE_TEXTS = 2 ** 16;
const PIECE_BYTES = 2 ** 24;

/** Chunks kept that two pieces share. */
const MOST_SHARED = 4;

/** Items of a piece of a one-dimensional dataset: a multiple of its chunks'. */
export function pieceLength({ type, layout, space }: DatasetFacts): number {
  const room = Math.max(1, Math.floor(PIECE_BYTES / type.size));
  const wanted = Math.min(isText(type.kind) ? PIECE_TEXTS : PIECE_ITEMS, room);
  const chunk = layout.kind === "chunked" ? layout.chunkShape[0] : 1;
  const length = Math.max(1, Math.round(wanted / chunk)) * chunk;
  return Math.max(1, Math.min(length, space.shape?.[0] ?? 1));
}

function isText(kind: string): boolean {
  return kind === "string" || kind === "text" || kind === "reference";
}

/** @param length items of a piece, for a dataset of one dimension */
export function rawChunks(
  bytes: FileBytes,
  facts: DatasetFacts,
  storage: Storage,
  length?: number,
): RawChunks {
  const shape = facts.space.shape ?? [0];
  if (storage.kind === "chunked") {
    return shape.length === 1
      ? joinedChunks(bytes, facts, storage, length ?? pieceLength(facts))
      : singleChunks(bytes, facts, storage);
  }
  return rowRuns(bytes, facts, storage, length ?? pieceLength(facts));
}

/** Pieces of a one-dimensional dataset, each put together of the chunks that reach into it. */
function joinedChunks(bytes: FileBytes, facts: DatasetFacts, storage: Chunked, length: number): RawChunks {
  const { type, fill, space } = facts;
  const { table, grid } = storage;
  const itemCount = space.shape?.[0] ?? 0;
  const chunkLength = grid.chunkShape[0];
  const read = chunkReader(bytes, facts, storage);
  /** Chunks that reach over the end of a piece: the next one needs them too. */
  const shared = new Map<number, DecodedChunk>();
  return {
    shape: [itemCount],
    chunkShape: [length],
    async read([place], signal) {
      const start = place * length;
      const end = Math.min(itemCount, start + length);
      if (start >= end) return undefined;
      const first = Math.floor(start / chunkLength);
      const last = Math.floor((end - 1) / chunkLength);
      const chunks = await table.find(first, last, signal);
      if (chunks.length === 0) return undefined;
      let out: Uint8Array | undefined;
      const put = ({ number }: StoredChunk, decoded: DecodedChunk) => {
        // Room is made once something was unpacked: a shape alone is not evidence of data.
        out ??= filled(length * type.size, fill, type.size, chunks.length <= last - first);
        const chunkStart = number * chunkLength;
        const from = Math.max(start, chunkStart);
        const to = Math.min(end, chunkStart + chunkLength);
        const run = { from: from - chunkStart, to: to - chunkStart, at: from - start };
        copyItems(decoded, type.size, run, out);
        if (chunkStart + chunkLength > start + length || chunkStart < start) keep(number, decoded);
      };
      const keep = (number: number, decoded: DecodedChunk) => {
        shared.delete(number);
        shared.set(number, ownChunk(decoded));
        if (shared.size > MOST_SHARED) shared.delete(shared.keys().next().value as number);
      };
      const missing: StoredChunk[] = [];
      for (const chunk of chunks) {
        const known = shared.get(chunk.number);
        if (known) put(chunk, known);
        else missing.push(chunk);
      }
      await read(missing, signal, put);
      return out;
    },
  };
}

/** Chunks of a dataset of several dimensions, as they are. */
function singleChunks(bytes: FileBytes, facts: DatasetFacts, storage: Chunked): RawChunks {
  const { table, grid } = storage;
  const read = chunkReader(bytes, facts, storage);
  return {
    shape: facts.space.shape ?? [0],
    chunkShape: grid.chunkShape,
    async read(places, signal) {
      const number = numberAt(grid.counts, places);
      const chunks = number < 0 ? [] : await table.find(number, number, signal);
      let items: Uint8Array | undefined;
      await read(chunks, signal, (_, decoded) => {
        const { bytes, isShuffled } = ownChunk(decoded);
        items = isShuffled ? unshuffleAll(bytes, facts.type.size) : bytes;
      });
      return items;
    },
  };
}

/** Pieces of a dataset that is not cut into chunks: whole rows of its first axis. */
function rowRuns(
  bytes: FileBytes,
  facts: DatasetFacts,
  storage: Exclude<Storage, Chunked>,
  length: number,
): RawChunks {
  const shape = facts.space.shape ?? [0];
  const [rowCount = 1, ...inner] = shape;
  const rowBytes = inner.reduce((product, count) => product * count, facts.type.size);
  const rows =
    shape.length === 1
      ? length
      : Math.max(1, Math.min(rowCount, Math.floor(PIECE_ITEMS / Math.max(1, rowBytes / facts.type.size))));
  return {
    shape,
    chunkShape: shape.length === 0 ? [] : [rows, ...inner.map((count) => Math.max(1, count))],
    async read(places, signal) {
      const start = (places[0] ?? 0) * rows;
      const end = Math.min(rowCount, start + rows);
      if (storage.kind === "none" || start >= end || places.some((place, axis) => axis > 0 && place > 0)) {
        return undefined;
      }
      const [from, size] = [start * rowBytes, (end - start) * rowBytes];
      const items =
        storage.kind === "bytes"
          ? storage.data.slice(from, from + size)
          : await bytes.read(storage.address + from, size, signal);
      if (end - start === rows) return items;
      const padded = new Uint8Array(rows * rowBytes);
      padded.set(items);
      return padded;
    },
  };
}

/** Room for items, with the fill value where some of them are not stored and it is not zero. */
function filled(
  byteCount: number,
  fill: Uint8Array | undefined,
  itemBytes: number,
  isNeeded: boolean,
): Uint8Array {
  const out = new Uint8Array(byteCount);
  if (!isNeeded || fill?.length !== itemBytes || fill.every((byte) => byte === 0)) return out;
  for (let at = 0; at < byteCount; at += itemBytes) out.set(fill, at);
  return out;
}
