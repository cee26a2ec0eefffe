import type { StagedStore } from "@flashdeconv/stores";
import { dataTypeOf, type JsonObject, type NumericArray, type NumericDataType } from "./array-description.js";
import { NumericArrayWriter, StringArrayWriter } from "./array-writers.js";
import type { Names } from "./contents.js";
import { commitAfter } from "./stage.js";
import { isList } from "./write-names.js";
import { resolveWriteOptions, type WriteOptions } from "./write-options.js";
import { dialectOf } from "./zarr-dialects.js";
import { ZarrWriter } from "./zarr-writer.js";

/** Numbers that come piece by piece. All pieces are of one data type. */
export interface NumberStream {
  /** Items of all pieces together. */
  readonly length: number;
  readonly dataType: NumericDataType;
  pieces(): AsyncIterable<NumericArray>;
}

/** What a plain store of one-dimensional arrays holds. */
export interface ArraysContents {
  /** Of the root group; anything that JSON can hold. */
  readonly attributes: JsonObject;
  readonly numbers: Readonly<Record<string, NumericArray | NumberStream>>;
  readonly strings: Readonly<Record<string, Names>>;
}

/**
 * Writes a Zarr group of one-dimensional arrays, such as one program keeps for its own later use, and commits it. Numbers are
 * stored in chunks of `valuesPerChunk`.
 *
 * @throws OptionError for a bad option, StoreError if the store refuses; the signal's reason if it was aborted. The store
 *   is discarded then.
 */
export async function writeArrays(
  target: StagedStore,
  { attributes, numbers, strings }: ArraysContents,
  options?: WriteOptions,
): Promise<void> {
  await commitAfter(target, async () => {
    const resolved = resolveWriteOptions(options);
    resolved.signal?.throwIfAborted();
    const zarr = new ZarrWriter(target, dialectOf(resolved.zarrFormat), resolved);
    await zarr.group("", attributes);
    await zarr.during(async () => {
      for (const [path, values] of Object.entries(numbers)) {
        const chunkLength = Math.max(1, Math.min(values.length, resolved.valuesPerChunk));
        const writer = new NumericArrayWriter(zarr, path, {
          dataType: "pieces" in values ? values.dataType : dataTypeOf(values),
          chunkLength,
          attributes: {},
        });
        if ("pieces" in values) {
          for await (const piece of values.pieces()) {
            resolved.signal?.throwIfAborted();
            await writer.append(piece, 0, piece.length);
          }
        } else await writer.append(values, 0, values.length);
        await writer.close();
      }
      for (const [path, names] of Object.entries(strings)) {
        const writer = new StringArrayWriter(zarr, [path], resolved.spotsPerChunk);
        if (isList(names)) await writer.appendStrings(names);
        else for await (const chunk of names) await writer.append(chunk);
        await writer.close();
      }
    });
    await zarr.consolidate();
    resolved.signal?.throwIfAborted();
  });
}
