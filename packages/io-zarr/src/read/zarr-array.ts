import { FormatError, isFlashdeconvError } from "@flashdeconv/core";
import { freeArray, numbered } from "@flashdeconv/core/internal";
import { MOST_BYTES } from "@flashdeconv/stores/internal";
import {
  isZarritaError,
  type TypedArray,
  Array as ZarritaArray,
  type DataType as ZarritaDataType,
} from "zarrita";
import { mostChunkBytes, requireChunkRoom } from "../bounds.js";
import { withBound } from "../codecs/codec-registry.js";
import type { PackedStrings } from "../codecs/vlen-utf8.js";
import { widenHalves } from "../codecs/widen-halves.js";
import type { ArrayMetadata } from "./array-metadata.js";
import { type ChunkBytes, chunkBytes, chunkKey } from "./chunk-bytes.js";
import type { Hierarchy, ZarrNode } from "./hierarchy.js";
import type { GivenBytes } from "./shard-index.js";

/** Decoded items of one chunk. The chunk's item at (i, j) is `data[i * stride[0] + j * stride[1]]`. */
export interface DecodedChunk {
  readonly data: TypedArray<ZarritaDataType> | PackedStrings;
  readonly stride: readonly number[];
}

/**
 * What a chunk that is not in the store means. `fill`: the fill value, as Zarr says, where one is declared. `refuse`: an
 * error; where chunks of nothing but the fill value cannot have been meant, the chunk was lost.
 */
export type MissingChunk = "fill" | "refuse";

/** An array whose chunks can be read one by one. */
export interface ZarrArray {
  readonly path: string;
  readonly metadata: ArrayMetadata;
  /**
   * One chunk, decoded, of exactly the declared length; undefined for a missing chunk that stands for the fill value.
   * Throws FormatError naming array and chunk key for a lost, truncated or corrupt chunk.
   *
   * @param fetched its bytes, where `fetchChunk` was called for them before
   */
  readChunk(
    coordinates: readonly number[],
    missing: MissingChunk,
    signal?: AbortSignal,
    fetched?: Promise<Uint8Array | undefined>,
  ): Promise<DecodedChunk | undefined>;
  /** The bytes of a chunk as they lie, for `readChunk` to decode later. */
  readonly fetchChunk: ChunkBytes;
  /** Memory that reading it may take. */
  readonly mostBytes: number;
  /** Chunks that may be fetched before they are asked for; 0 where the store does not wait long. */
  readonly readAhead: number;
  /** What these take at most, counted decoded: bytes on their way are not known before they come. */
  readonly readAheadBytes: number;
}

/** Most chunks fetched ahead, however small. */
const MOST_AHEAD = 16;

export function openArray({ store }: Hierarchy, node: ZarrNode & { kind: "array" }): ZarrArray {
  const { metadata, path } = node;
  const { zarrita } = metadata;
  const { mostBytes = MOST_BYTES } = store;
  const most = mostOfChunk(metadata, mostBytes);
  // zarrita only decodes: it is handed the bytes of a chunk in the options, and sees shards as what lies in them.
  const given = { get: async (_key: string, { bytes }: GivenBytes = {}) => bytes };
  const array = new ZarritaArray(given, "/", {
    zarr_format: 3,
    node_type: "array",
    shape: [...metadata.shape],
    data_type: zarrita.dataType,
    chunk_grid: { name: "regular", configuration: { chunk_shape: zarrita.chunkShape } },
    chunk_key_encoding: zarrita.keyEncoding,
    codecs: withBound(zarrita.codecs, most),
    // Never seen: chunks that are not there are dealt with here.
    fill_value: metadata.dataType.kind === "string" ? "" : 0,
    attributes: {},
  });
  const itemCount = metadata.chunkShape.reduce((product, length) => product * length, 1);
  const decodedBytes = itemCount * metadata.dataType.byteSize;
  const arrayBytes = metadata.shape.reduce((product, length) => product * length, metadata.dataType.byteSize);
  const fetchChunk = chunkBytes(store, path, metadata, most);
  const ahead = Math.max(1, Math.min(MOST_AHEAD, Math.floor((store.readAheadBytes ?? 0) / decodedBytes)));

  return {
    path,
    metadata,
    mostBytes,
    fetchChunk,
    readAhead: store.readAheadBytes ? ahead : 0,
    readAheadBytes: store.readAheadBytes ? Math.min(ahead * decodedBytes, arrayBytes) : 0,
    async readChunk(coordinates, missing, signal, fetched) {
      signal?.throwIfAborted();
      requireChunkRoom(path, decodedBytes, mostBytes, `chunks of ${metadata.chunkShape.join(" x ")} items`);
      let bytes: Uint8Array | undefined;
      let chunk: DecodedChunk;
      try {
        bytes = await (fetched ?? fetchChunk(coordinates, signal));
        if (!bytes) return missingChunk(metadata, path, coordinates, missing);
        const options: GivenBytes = { bytes };
        chunk = await array.getChunk([...coordinates], options);
        // What was unpacked of them is all that is wanted.
        if (store.givesAway && isApart(chunk, bytes)) freeArray(bytes);
      } catch (error) {
        signal?.throwIfAborted();
        if (isFlashdeconvError(error)) throw error;
        const found = `${numbered(bytes?.byteLength ?? 0, "byte")} that cannot be decoded (${reason(error)})`;
        throw badChunk({ path, metadata }, coordinates, found, error);
      }
      signal?.throwIfAborted();
      if (chunk.data.length !== itemCount) {
        const found = `${numbered(chunk.data.length, "item")}, not ${itemCount}`;
        throw badChunk({ path, metadata }, coordinates, found);
      }
      return metadata.dataType.name === "float16"
        ? { ...chunk, data: widenHalves(chunk.data as unknown as Uint16Array) }
        : chunk;
    },
  };
}

/** Whether a chunk lies in other memory than the bytes that it was decoded from. */
function isApart({ data }: DecodedChunk, { buffer }: Uint8Array): boolean {
  return ArrayBuffer.isView(data) && data.buffer !== buffer;
}

/** Most bytes of a chunk, as it is stored or at any step of its decoding. */
function mostOfChunk({ chunkShape, shape, dataType, codecNames }: ArrayMetadata, mostBytes: number): number {
  const itemCount = chunkShape.reduce((product, length) => product * length, 1);
  if (dataType.kind === "string" && dataType.name === "string") {
    // Beyond the end of the array a chunk holds strings without a character.
    const inside = chunkShape.reduce((product, length, axis) => product * Math.min(length, shape[axis]), 1);
    return mostChunkBytes({ itemCount: inside, itemBytes: undefined, mostBytes }) + 4 * (itemCount - inside);
  }
  // A cast may have stored wider numbers.
  const isCast = codecNames.includes("cast_value");
  const itemBytes = isCast ? Math.max(8, dataType.byteSize) : dataType.byteSize;
  return mostChunkBytes({ itemCount, itemBytes, mostBytes });
}

function missingChunk(
  metadata: ArrayMetadata,
  path: string,
  coordinates: readonly number[],
  missing: MissingChunk,
): undefined {
  if (missing === "fill" && metadata.fillValue !== undefined) return undefined;
  const why =
    missing === "fill" ? "it, as the array declares no fill value" : "it, as no such chunk is left out";
  throw new FormatError({
    path,
    found: `no chunk ${chunkKey(path, metadata, coordinates)}`,
    expected: why,
    remedy: "The store is incomplete: copy or write it again.",
  });
}

function badChunk(
  { path, metadata }: Pick<ZarrArray, "path" | "metadata">,
  coordinates: readonly number[],
  found: string,
  cause?: unknown,
): FormatError {
  const { shape, chunkShape, dataType } = metadata;
  return new FormatError({
    path,
    found: `chunk ${chunkKey(path, metadata, coordinates)} with ${found}`,
    expected: `${chunkShape.join(" x ")} items of ${dataType.name} (array shape ${shape.join(" x ")})`,
    remedy: "The chunk is truncated or corrupt: copy or write the store again.",
    cause,
  });
}

function reason(error: unknown): string {
  const cause = isZarritaError(error) ? (error.cause ?? error) : error;
  // One line, whatever the codec says.
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ");
}
