import { numbered } from "@flashdeconv/core/internal";
import type { ByteRange } from "@flashdeconv/stores";
import { type GetOptions, Array as ZarritaArray } from "zarrita";
import type { ShardMetadata } from "./array-metadata.js";

/** How zarrita is handed the bytes it is to decode. */
export interface GivenBytes extends GetOptions {
  readonly bytes?: Uint8Array;
}

/** Where the chunks of a shard lie in it. */
export interface ShardIndex {
  /** The bytes of a chunk, by its number in the shard; undefined for one that was never written. */
  range(chunk: number): { readonly offset: number; readonly length: number } | undefined;
}

/** The part of a shard that is its index. */
export function indexRange({ indexBytes, indexLocation }: ShardMetadata): ByteRange {
  return indexLocation === "end" ? { suffixLength: indexBytes } : { offset: 0, length: indexBytes };
}

const NEVER_WRITTEN = 2n ** 64n - 1n;

/** Decodes an index of `chunkCount` chunks. Throws an Error that says why where it is damaged. */
export type DecodeIndex = (bytes: Uint8Array) => Promise<ShardIndex>;

export function shardIndexDecoder(
  { indexCodecs, indexBytes }: ShardMetadata,
  chunkCount: number,
): DecodeIndex {
  const given = { get: async (_key: string, { bytes }: GivenBytes = {}) => bytes };
  const array = new ZarritaArray(given, "/", {
    zarr_format: 3,
    node_type: "array",
    shape: [chunkCount, 2],
    data_type: "uint64",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [chunkCount, 2] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    codecs: indexCodecs,
    fill_value: 0n as never,
    attributes: {},
  });
  return async (bytes) => {
    if (bytes.length !== indexBytes) {
      throw new Error(`a shard whose index is ${numbered(bytes.length, "byte")} long, not ${indexBytes}`);
    }
    const options: GivenBytes = { bytes };
    const words = (await array.getChunk([0, 0], options)).data as BigUint64Array;
    return {
      range(chunk) {
        const [offset, length] = [words[2 * chunk], words[2 * chunk + 1]];
        if (offset === NEVER_WRITTEN && length === NEVER_WRITTEN) return undefined;
        if (offset + length > Number.MAX_SAFE_INTEGER) {
          throw new Error(`a shard whose index puts a chunk at ${offset}, ${numbered(length, "byte")} long`);
        }
        return { offset: Number(offset), length: Number(length) };
      },
    };
  };
}
