import type { NameChunk } from "@flashdeconv/core";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { copyNumbers } from "./copy-numbers.js";
import { openHierarchy } from "./hierarchy.js";
import { stringChunks } from "./name-source.js";
import { inStore, streamInStore } from "./name-store.js";
import { openVector, requireBacked, requireItemRoom } from "./open-vector.js";
import type { JsonObject } from "./parse-json-object.js";
import { vectorCursor } from "./vector-cursor.js";

export interface ArrayPieces extends ReadOptions {
  readonly start: number;
  readonly end: number;
  readonly pieceLength: number;
}

/** A store of one-dimensional arrays, as `writeArrays` leaves it. */
export interface ArraysReader {
  readonly attributes: JsonObject;
  /**
   * Reads all of an array into one of the given kind.
   *
   * @param length items it must have
   * @throws FormatError where there is no such array, or one of another kind or length, or a chunk is lost or damaged.
   */
  readNumbers<T extends Float64Array | Float32Array | Int32Array>(
    path: string,
    length: number,
    make: (length: number) => T,
    options?: ReadOptions,
  ): Promise<T>;
  /**
   * Items `start .. end` of an array in pieces of at most `pieceLength`, one after the other.
   *
   * @param length items the whole array must have. Throws as `readNumbers` does.
   */
  numbers<T extends Float64Array | Float32Array | Int32Array>(
    path: string,
    length: number,
    make: (length: number) => T,
    pieces: ArrayPieces,
  ): AsyncIterable<T>;
  /** The strings of an array, in order, as bytes. Throws as `readNumbers` does, once it is read. */
  strings(path: string, length: number, options?: ReadOptions): AsyncIterable<NameChunk>;
}

/** Opens a Zarr group of one-dimensional arrays. Throws FormatError where the store is not a group. */
export function openArrays(store: ReadableStore, { signal }: ReadOptions = {}): Promise<ArraysReader> {
  return inStore(store, async () => {
    const hierarchy = await openHierarchy(store, signal);
    const root = await hierarchy.node("");
    return {
      attributes: root?.attributes ?? {},
      readNumbers: (path, length, make, options = {}) =>
        inStore(store, async () => {
          const array = await openVector(hierarchy, path, ["integer", "float"], length);
          requireItemRoom(array, array.metadata.dataType.byteSize);
          await requireBacked(array, "refuse", options.signal);
          const out = make(length);
          await vectorCursor(array, "refuse", options.signal).read(0, length, (piece) =>
            copyNumbers(array, piece, out),
          );
          return out;
        }),
      numbers: (path, length, make, pieces) =>
        streamInStore(
          store,
          (async function* () {
            const { start, end, pieceLength } = pieces;
            const array = await openVector(hierarchy, path, ["integer", "float"], length);
            await requireBacked(array, "refuse", pieces.signal);
            const cursor = vectorCursor(array, "refuse", pieces.signal);
            for (let from = start; from < end; from += pieceLength) {
              const out = make(Math.min(pieceLength, end - from));
              await cursor.read(from, from + out.length, (piece) => copyNumbers(array, piece, out));
              yield out;
            }
          })(),
        ),
      strings: (path, length, options = {}) =>
        streamInStore(
          store,
          (async function* () {
            yield* stringChunks(await openVector(hierarchy, path, ["string"], length), options.signal);
          })(),
        ),
    };
  });
}
