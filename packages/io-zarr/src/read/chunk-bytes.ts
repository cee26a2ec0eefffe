import { numbered } from "@flashdeconv/core/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { readKey } from "@flashdeconv/stores/internal";
import type { ArrayMetadata } from "./array-metadata.js";
import { join } from "./hierarchy.js";
import { indexRange, type ShardIndex, shardIndexDecoder } from "./shard-index.js";

/** Reads the encoded bytes of an array's chunks; undefined for one that is not there. */
export type ChunkBytes = (
  coordinates: readonly number[],
  signal?: AbortSignal,
) => Promise<Uint8Array | undefined>;

/** Bytes of shard indexes kept for an array: those of a few shards, as chunks are read more or less in order. */
const KEPT_INDEX_BYTES = 2 ** 24;

/**
 * Reads chunks as they lie: each an object of its own, or a part of a shard found by the shard's index. Of a shard only
 * the index and the chunks asked for are read, where the store can read parts.
 *
 * @param most bytes of a stored chunk; more is damage
 */
export function chunkBytes(
  store: ReadableStore,
  path: string,
  metadata: ArrayMetadata,
  most: number,
): ChunkBytes {
  const { shards, chunkShape } = metadata;
  const keyOf = (coordinates: readonly number[]) => `/${chunkKey(path, metadata, coordinates)}` as const;
  if (!shards) return (coordinates, signal) => readKey(store, keyOf(coordinates), { signal, most });

  const perShard = shards.shape.map((length, axis) => length / chunkShape[axis]);
  const chunkCount = perShard.reduce((product, count) => product * count, 1);
  const decode = shardIndexDecoder(shards, chunkCount);
  const kept = new Map<string, Promise<ShardIndex | undefined>>();
  const mostKept = Math.max(1, Math.floor(KEPT_INDEX_BYTES / shards.indexBytes));

  const readIndex = async (key: `/${string}`, signal?: AbortSignal) => {
    const bytes = await readKey(store, key, { signal, range: indexRange(shards) });
    return bytes && decode(bytes);
  };

  /** Keeps the indexes used last. One whose reading failed or was aborted is read again by the next caller. */
  const indexOf = async (key: `/${string}`, signal?: AbortSignal): Promise<ShardIndex | undefined> => {
    const known = kept.get(key);
    kept.delete(key);
    const index = known ?? readIndex(key, signal);
    kept.set(key, index);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
    try {
      return await index;
    } catch (error) {
      if (kept.get(key) === index) kept.delete(key);
      // Another pass was aborted while it read the index for both.
      if (known && !signal?.aborted) return indexOf(key, signal);
      throw error;
    }
  };

  return async (coordinates, signal) => {
    const key = keyOf(coordinates);
    const index = await indexOf(key, signal);
    const number = coordinates.reduce((at, c, axis) => at * perShard[axis] + (c % perShard[axis]), 0);
    const range = index?.range(number);
    if (!range) return undefined;
    if (range.length > most) {
      throw new Error(
        `a shard whose index gives a chunk ${numbered(range.length, "byte")}, at most ${most} make sense`,
      );
    }
    const bytes = await readKey(store, key, { signal, range });
    if (bytes?.length !== range.length) {
      throw new Error(
        `the shard ends early: ${bytes?.length ?? 0} of ${numbered(range.length, "byte")} are there`,
      );
    }
    return bytes;
  };
}

/** The key of a chunk below the store's root. For an inner chunk, that of its shard. */
export function chunkKey(path: string, metadata: ArrayMetadata, coordinates: readonly number[]): string {
  const { chunkShape, shards, zarrita } = metadata;
  const outer = shards
    ? coordinates.map((index, axis) => Math.floor((index * chunkShape[axis]) / shards.shape[axis]))
    : coordinates;
  const { name, configuration } = zarrita.keyEncoding;
  const parts = name === "default" ? ["c", ...outer] : outer;
  return join(path, parts.join(configuration.separator) || "0");
}
