import { FormatError, isFlashdeconvError } from "@flashdeconv/core";
import {
  type GetOptions,
  isZarritaError,
  type TypedArray,
  Array as ZarritaArray,
  type DataType as ZarritaDataType,
} from "zarrita";
import type { PackedStrings } from "../codecs/vlen-utf8.js";
import type { ByteRange, ReadableStore } from "../store.js";
import type { ArrayMetadata } from "./array-metadata.js";
import type { Hierarchy, ZarrNode } from "./hierarchy.js";
import { join } from "./hierarchy.js";
import { readKey } from "./read-key.js";

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
   */
  readChunk(
    coordinates: readonly number[],
    missing: MissingChunk,
    signal?: AbortSignal,
  ): Promise<DecodedChunk | undefined>;
}

/** Carried through zarrita to the store in the options: whether bytes were found for the chunk. */
interface ProbedOptions extends GetOptions {
  readonly probe?: { byteCount: number | undefined };
}

/** Thrown inside zarrita when a chunk's object is not there, so that it fills nothing in on its own. */
const MISSING = Symbol("missing chunk");

export function openArray(hierarchy: Hierarchy, node: ZarrNode & { kind: "array" }): ZarrArray {
  const { metadata, path } = node;
  const { zarrita } = metadata;
  // zarrita takes paths for URLs, which names with `%`, `#` or `?` are not: it sees the array as the root of its store.
  const array = new ZarritaArray(probedStore(hierarchy.store, path), "/", {
    zarr_format: 3,
    node_type: "array",
    shape: [...metadata.shape],
    data_type: zarrita.dataType,
    chunk_grid: { name: "regular", configuration: { chunk_shape: zarrita.chunkShape } },
    chunk_key_encoding: zarrita.keyEncoding,
    codecs: zarrita.codecs,
    // Never seen: chunks that are not there are dealt with here.
    fill_value: metadata.dataType.kind === "string" ? "" : 0,
    attributes: {},
  });
  const itemCount = metadata.chunkShape.reduce((product, length) => product * length, 1);

  return {
    path,
    metadata,
    async readChunk(coordinates, missing, signal) {
      signal?.throwIfAborted();
      const probe: ProbedOptions["probe"] = { byteCount: undefined };
      const options: ProbedOptions = { signal, probe };
      let chunk: DecodedChunk;
      try {
        chunk = await array.getChunk([...coordinates], options);
      } catch (error) {
        signal?.throwIfAborted();
        if (error === MISSING) return missingChunk(metadata, path, coordinates, missing);
        if (isFlashdeconvError(error)) throw error;
        throw badChunk(
          path,
          metadata,
          coordinates,
          `${probe.byteCount ?? 0} bytes that cannot be decoded (${reason(error)})`,
          error,
        );
      }
      signal?.throwIfAborted();
      // A shard can say that it lacks an inner chunk; zarrita then makes one up.
      if (probe.byteCount === undefined) return missingChunk(metadata, path, coordinates, missing);
      if (chunk.data.length !== itemCount) {
        throw badChunk(path, metadata, coordinates, `${chunk.data.length} items, not ${itemCount}`);
      }
      return chunk;
    },
  };
}

/** The key of a chunk below the store's root, for messages. For an inner chunk, that of its shard. */
export function chunkKey(path: string, metadata: ArrayMetadata, coordinates: readonly number[]): string {
  const { keyEncoding, chunkShape } = metadata.zarrita;
  const outer = coordinates.map((index, axis) =>
    Math.floor((index * metadata.chunkShape[axis]) / chunkShape[axis]),
  );
  const parts = keyEncoding.name === "default" ? ["c", ...outer] : outer;
  return join(path, parts.join(keyEncoding.configuration.separator) || "0");
}

/** The part of a store below `path`, as zarrita is to see it. */
function probedStore(store: ReadableStore, path: string) {
  const read = async (key: `/${string}`, options: ProbedOptions, range?: ByteRange) => {
    const bytes = await readKey(store, `/${path}${key}`, options.signal, range);
    if (!bytes) throw MISSING;
    // Reading a shard's index (a suffix) says nothing about the chunk.
    if (options.probe && !(range && "suffixLength" in range)) options.probe.byteCount = bytes.byteLength;
    const wanted = range && ("suffixLength" in range ? range.suffixLength : range.length);
    if (wanted !== undefined && bytes.byteLength !== wanted) {
      throw new Error(`the shard ends early: ${bytes.byteLength} of ${wanted} bytes are there`);
    }
    return bytes;
  };
  return {
    get: (key: `/${string}`, options: ProbedOptions = {}) => read(key, options),
    getRange: (key: `/${string}`, range: ByteRange, options: ProbedOptions = {}) => read(key, options, range),
  };
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
  path: string,
  metadata: ArrayMetadata,
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
